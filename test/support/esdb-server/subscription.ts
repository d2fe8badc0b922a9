import { setImmediate as turn } from 'node:timers/promises'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { filterOf, type ServerFilter } from './filter.ts'
import { assertReadable, messageOf, type Options, type Send } from './read.ts'
import type { LogRecord, ServerLog } from './server-log.ts'
import { nameIn } from './wire.ts'

/** Records that a live subscription may be behind before it falls behind and reads the log again. */
const LIVE_BUFFER = 500

/** Records after which a subscription that reads history lets others work. */
const BREATH = 200

/** Confirms, delivers the history, says that it has caught up, and goes on live until `signal` aborts. */
export async function subscribe(
  log: ServerLog,
  options: Options,
  send: Send,
  signal: AbortSignal,
): Promise<void> {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('test')
  const source = sourceOf(log, options)
  const progress = new Progress(filterOf(options))
  let live = false
  let goOn = await send(new streams.ReadResp().setConfirmation(confirmation))
  while (goOn && !signal.aborted) {
    const record = source.next()
    if (record === undefined) {
      if (!live) {
        goOn = await sendAll(send, [
          ...progress.goLive(),
          new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()),
        ])
        live = true
      } else await log.next(signal)
    } else if (live && source.behind() > LIVE_BUFFER) {
      live = false
      goOn = await send(new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind()))
      source.back()
    } else {
      goOn = await sendAll(
        send,
        progress.see(record, () => messageOf(log, options, record)),
      )
      if (source.taken % BREATH === 0) await turn()
    }
  }
}

async function sendAll(send: Send, messages: Iterable<streams.ReadResp>): Promise<boolean> {
  for (const message of messages) if (!(await send(message))) return false
  return true
}

/** Decides what of the log is sent, and where a filtered subscription tells how far it is. */
class Progress {
  readonly #filter: ServerFilter | undefined
  #considered = 0
  /** Beginning of the page of records that is being looked through. */
  #page: bigint | undefined
  #sent = -1n

  constructor(filter: ServerFilter | undefined) {
    this.#filter = filter
  }

  *see(record: LogRecord, message: () => streams.ReadResp): Generator<streams.ReadResp> {
    const filter = this.#filter
    if (filter === undefined) {
      yield message()
      return
    }
    if (this.#considered % filter.window === 0) this.#page = record.position
    if (filter.wants(record)) {
      this.#sent = record.position
      yield message()
    }
    this.#considered += 1
    if (this.#considered % filter.checkpointEvery === 0) yield checkpointAt(record.position)
  }

  /**
   * The checkpoint at the end of the history is at the last record sent or at the beginning of the last page, whichever is
   * later: it stays behind the end of the log.
   */
  *goLive(): Generator<streams.ReadResp> {
    if (this.#filter === undefined || this.#page === undefined) return
    yield checkpointAt(this.#sent > this.#page ? this.#sent : this.#page)
  }
}

function checkpointAt(position: bigint): streams.ReadResp {
  const checkpoint = new streams.ReadResp.Checkpoint()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position))
  return new streams.ReadResp().setCheckpoint(checkpoint)
}

interface Source {
  /** Records taken so far. */
  readonly taken: number
  next(): LogRecord | undefined
  /** Gives the last one again. */
  back(): void
  /** Records that are still to come. */
  behind(): number
}

function sourceOf(log: ServerLog, options: Options): Source {
  const all = options.getAll()
  if (all !== undefined) {
    const position = all.getPosition()
    // The record at the position itself was seen before.
    const first = position === undefined ? 0 : log.indexOf(BigInt(position.getCommitPosition()) + 1n)
    return counted(
      all.hasEnd() ? log.records.length : first,
      () => log.records.length,
      (at) => log.records[at],
    )
  }
  const request = options.getStream()
  const name = nameIn(request?.getStreamIdentifier())
  assertReadable(name, log.stream(name))
  const length = () => Number(log.stream(name)?.last ?? -1n) + 1
  const first = request?.hasRevision() === true ? Number(request.getRevision()) + 1 : 0
  return counted(request?.hasEnd() === true ? length() : first, length, (at) =>
    log.stream(name)?.at(BigInt(at)),
  )
}

function counted(first: number, length: () => number, at: (index: number) => LogRecord | undefined): Source {
  let index = first
  return {
    get taken() {
      return index - first
    },
    next: () => (index < length() ? at(index++) : undefined),
    back: () => {
      index -= 1
    },
    behind: () => length() - index,
  }
}
