import type { Problem } from '../../src/contracts/common.ts'

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed when it is JSON, undefined otherwise. What it should be is the caller's claim. */
  readonly body: T
}

export interface RequestOptions {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData
  readonly headers?: Readonly<Record<string, string>>
}

/** Somebody with a network address, a program and a cookie jar, who talks to the product over a real socket. */
export class TestClient {
  readonly base: string
  readonly cookies = new Map<string, string>()
  /** Told in X-Forwarded-For, which the product believes of this machine in tests. */
  ip: string
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

  constructor(base: string, ip: string) {
    this.base = base
    this.ip = ip
  }

  get<T>(path: string, headers: RequestOptions['headers'] = {}): Promise<Answer<T>> {
    return this.request<T>('GET', path, { headers })
  }

  post<T>(path: string, json?: unknown, headers: RequestOptions['headers'] = {}): Promise<Answer<T>> {
    return this.request<T>('POST', path, json === undefined ? { headers } : { json, headers })
  }

  patch<T>(path: string, json: unknown, headers: RequestOptions['headers'] = {}): Promise<Answer<T>> {
    return this.request<T>('PATCH', path, { json, headers })
  }

  delete(path: string, headers: RequestOptions['headers'] = {}): Promise<Answer<Problem>> {
    return this.request<Problem>('DELETE', path, { headers })
  }

  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const { json, body } = options
    const response = await fetch(path.startsWith('http') ? path : this.base + path, {
      method,
      headers: this.headersOf(options),
      redirect: 'manual',
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    })
    this.keepCookies(response)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== ''
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as T,
    }
  }

  private headersOf({ json, headers }: RequestOptions): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return {
      'user-agent': this.userAgent,
      'x-forwarded-for': this.ip,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === '' ? {} : { cookie }),
      ...headers,
    }
  }

  private keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0\b/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}
