import { Agent, request } from 'node:http'
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** An answer later than this counts as none, in milliseconds. */
const PATIENCE = 15_000

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/**
 * Sends a request as it is: the path is not normalised, and any method and body will do.
 * @throws Error when no answer comes
 */
export function rawRequest(
  base: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, method, path, headers, timeout: PATIENCE }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString(),
        })
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path.slice(0, 80)} was never answered`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Writes bytes that need not be HTTP to a connection of its own. */
export function rawBytes(base: string, bytes: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('never answered')))
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n')
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0),
        contentType: /^content-type: (.*)$/im.exec(head)?.[1] ?? '',
        text: body,
      })
    })
    socket.write(bytes, 'latin1')
  })
}
