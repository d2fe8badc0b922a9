import type { FastifyBaseLogger } from 'fastify'
import type { WebSocket } from 'ws'
import type { LiveMessage } from '../contracts/activity.ts'
import type { Position } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import type { ReadModels } from './deps.ts'

/** Items read at once. */
const PAGE = 200

/** Missed items sent one by one; who missed more reads the list again, which is cheaper for both sides. */
const MOST_MISSED = 1_000

/** Proxies close connections that are silent for a minute. How long a host who signed out can listen on, too. */
const PING_EVERY = 25 * SECOND

/** Bytes waiting for a client that does not read; past it the connection is given up. The client comes back and catches up. */
const MOST_BUFFERED = 1_000_000

/** Close codes "policy violation" and "try again later" (IANA WebSocket close code registry). */
const NOT_ADMITTED = 1008
const TRY_AGAIN_LATER = 1013

export interface LiveOptions {
  readonly socket: Pick<
    WebSocket,
    'bufferedAmount' | 'close' | 'on' | 'OPEN' | 'ping' | 'readyState' | 'send'
  >
  readonly eventId: string
  /** Where the client left off, null to begin with what happens next. */
  readonly after: Position | null
  /** Whether who listens still may; asked at every ping. A failure to tell ends nothing. */
  readonly isAdmitted: () => Promise<boolean>
  readonly readModels: ReadModels
  readonly log: FastifyBaseLogger
}

/**
 * Sends the activity of an event as it happens. A notice only says that something happened; what happened is read from
 * the read model after the last position that was sent, so a lost or doubled notice loses and doubles nothing. What comes
 * into the read model before that position, since it could not be applied in its turn, is not found so: then the client
 * reads the list again.
 */
export function serveLive({ socket, eventId, after, isAdmitted, readModels, log }: LiveOptions): void {
  let sent = after
  let reading = false
  let again = false
  let rewritten = false

  const send = (message: LiveMessage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }

  async function sendNew(limit: number): Promise<number> {
    if (sent === null) sent = BigInt((await readModels.queries.activity.page(eventId, { limit: 1 })).head)
    let count = 0
    for (;;) {
      const items = await readModels.queries.activity.after(eventId, sent, PAGE)
      for (const item of items) {
        send({ type: 'item', item })
        sent = BigInt(item.position)
      }
      count += items.length
      if (items.length < PAGE || count >= limit || socket.readyState !== socket.OPEN) return count
    }
  }

  async function catchUp(): Promise<void> {
    const missed = await sendNew(MOST_MISSED)
    if (missed >= MOST_MISSED) await sendBack()
    else send({ type: 'caught_up', position: String(sent ?? 0n) })
  }

  /** To the list, and on from where it ends now. */
  async function sendBack(): Promise<void> {
    const { head } = await readModels.queries.activity.page(eventId, { limit: 1 })
    sent = BigInt(head)
    send({ type: 'reset' })
    send({ type: 'caught_up', position: head })
  }

  async function sendNoticed(): Promise<void> {
    again = false
    if (!rewritten) {
      await sendNew(Infinity)
      return
    }
    rewritten = false
    await sendBack()
  }

  /** One reader at a time; what is noticed while it reads makes it read once more. */
  async function run(read: () => Promise<unknown>): Promise<void> {
    reading = true
    try {
      await read()
      while (again && socket.bufferedAmount < MOST_BUFFERED) await sendNoticed()
      if (socket.bufferedAmount >= MOST_BUFFERED) socket.close(TRY_AGAIN_LATER, 'reads too slowly')
    } catch (error) {
      log.warn({ err: error }, 'a live feed ended')
      socket.close(TRY_AGAIN_LATER, 'the feed was interrupted')
    } finally {
      reading = false
    }
  }

  async function checkAdmission(): Promise<void> {
    try {
      if (!(await isAdmitted())) socket.close(NOT_ADMITTED, 'sign in again')
    } catch (error) {
      log.warn({ err: error }, 'whether a live feed may go on could not be told')
    }
  }

  function notice(): void {
    again = true
    if (!reading) void run(() => Promise.resolve())
  }

  const stopListening = readModels.onActivity((change) => {
    if (change.eventId === eventId) notice()
  })
  const stopListeningToo = readModels.onRewritten(() => {
    rewritten = true
    notice()
  })
  const ping = setInterval(() => {
    socket.ping()
    void checkAdmission()
  }, PING_EVERY)
  socket.on('close', () => {
    stopListening()
    stopListeningToo()
    clearInterval(ping)
  })
  socket.on('error', (error) => {
    log.debug({ err: error }, 'a live connection broke')
  })
  void run(catchUp)
}
