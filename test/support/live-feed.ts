import { once } from 'node:events'
import { WebSocket, type RawData } from 'ws'
import type { ActivityItem, LiveMessage } from '../../src/contracts/activity.ts'
import type { TestClient } from './client.ts'

export interface LiveFeed {
  readonly messages: readonly LiveMessage[]
  /** What came so far, without the notices. */
  items(): ActivityItem[]
  /** @returns the messages once there are this many. @throws Error when they do not come within 10 s */
  atLeast(count: number): Promise<readonly LiveMessage[]>
  /** The code with which the server closed it. */
  readonly closed: Promise<number>
  close(): Promise<void>
}

/** The server answered a handshake with something else than a connection. */
export class HandshakeRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the handshake was answered with ${String(status)}`)
    this.status = status
  }
}

/** Connects as the client, with its cookies. @throws HandshakeRefused */
export async function connectLive(
  { base, cookies, ip }: TestClient,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<LiveFeed> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const socket = new WebSocket(base.replace('http', 'ws') + path, {
    headers: { 'x-forwarded-for': ip, ...(cookie === '' ? {} : { cookie }), ...headers },
  })
  const messages: LiveMessage[] = []
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const waiting = new Set<() => void>()
  socket.on('message', (data: RawData) => {
    messages.push(JSON.parse((data as Buffer).toString()) as LiveMessage)
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      reject(new HandshakeRefused(response.statusCode ?? 0))
    })
  })
  return {
    messages,
    closed,
    items: () => messages.flatMap((message) => (message.type === 'item' ? [message.item] : [])),
    atLeast: (count) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          reject(
            new Error(`${String(messages.length)} of ${String(count)} messages: ${JSON.stringify(messages)}`),
          )
        }, 10_000)
        const look = () => {
          if (messages.length < count) return
          clearTimeout(late)
          waiting.delete(look)
          resolve(messages)
        }
        waiting.add(look)
        look()
      }),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
