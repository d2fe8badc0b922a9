import { positionToWaitFor, rememberPosition } from './position.ts'
import { noAnswer, problemOf } from './problem.ts'

export { ApiProblem, sentenceOf, unexpected, unreachable } from './problem.ts'

export type Query = Record<string, string | number | boolean | null | undefined>

export interface CallOptions {
  query?: Query
  signal?: AbortSignal
  /** A token in place of the session cookie: the guest's or the door's. */
  bearer?: string
  /** Makes a repeated write the same write; see `newIdempotencyKey`. */
  idempotencyKey?: string
  /** The ETag the caller has seen; the server answers 412 if the thing changed since. */
  ifMatch?: string
  /** Of a body that is text rather than JSON. */
  contentType?: string
}

export interface Answer<T> {
  data: T
  etag: string | null
  /** The server could not catch up in time: the data may lack the newest write. */
  stale: boolean
}

const signedOut = new Set<() => void>()

/** Calls `listener` when a request with the session cookie was answered 401; returns how to stop. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

/** One key for one intention of the user; make it before the first try and keep it for the next ones. */
export function newIdempotencyKey(): string {
  // randomUUID exists on secure origins only; a host may look at the dashboard over plain http in a LAN.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** `/api` + path + query; empty values are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return `/api${path}${text ? `?${text}` : ''}`
}

function headersFor(method: string, body: unknown, options: CallOptions): Headers {
  const headers = new Headers({ accept: 'application/json' })
  if (body !== undefined) headers.set('content-type', options.contentType ?? 'application/json')
  if (options.bearer) headers.set('authorization', `Bearer ${options.bearer}`)
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey)
  if (options.ifMatch) headers.set('if-match', options.ifMatch)
  const position = method === 'GET' ? positionToWaitFor() : null
  if (position) headers.set('gg-min-position', position)
  return headers
}

async function send(method: string, path: string, body: unknown, options: CallOptions): Promise<Response> {
  const payload = body === undefined ? null : options.contentType ? (body as BodyInit) : JSON.stringify(body)
  try {
    return await fetch(apiUrl(path, options.query), {
      method,
      headers: headersFor(method, body, options),
      body: payload,
      signal: options.signal ?? null,
      credentials: 'same-origin',
    })
  } catch (thrown) {
    if (options.signal?.aborted) throw thrown
    throw noAnswer()
  }
}

/**
 * Calls the API and gives the answer with its headers of interest.
 * @throws ApiProblem for every refusal and for no answer at all; the abort reason when `signal` was aborted
 */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const response = await send(method, path, body, options)
  rememberPosition(response.headers.get('gg-position'))
  if (!response.ok) {
    if (response.status === 401 && !options.bearer) for (const listener of signedOut) listener()
    throw await problemOf(response)
  }
  const text = await response.text()
  return {
    data: (text === '' ? undefined : JSON.parse(text)) as T,
    etag: response.headers.get('etag'),
    stale: response.headers.get('gg-stale') === 'true',
  }
}

const dataOf = async <T>(answer: Promise<Answer<T>>): Promise<T> => (await answer).data

/** The API by method; every function gives the body of the answer and throws `ApiProblem`. */
export const api = {
  get: <T>(path: string, options?: CallOptions) => dataOf(call<T>('GET', path, undefined, options)),
  post: <T>(path: string, body?: unknown, options?: CallOptions) =>
    dataOf(call<T>('POST', path, body, options)),
  put: <T>(path: string, body: unknown, options?: CallOptions) => dataOf(call<T>('PUT', path, body, options)),
  patch: <T>(path: string, body: unknown, options?: CallOptions) =>
    dataOf(call<T>('PATCH', path, body, options)),
  delete: <T>(path: string, options?: CallOptions) => dataOf(call<T>('DELETE', path, undefined, options)),
}
