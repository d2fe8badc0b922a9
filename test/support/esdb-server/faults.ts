import { setTimeout as sleep } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { statusError } from './wire.ts'

/** What becomes of a call: refused as by a server that goes down, its connection cut, or never answered. */
type Breakdown = 'unavailable' | 'cut' | 'silence'

interface AppendFault {
  readonly moment: 'before' | 'after'
  readonly how: Breakdown
}

interface ReadFault {
  /** What the name of a stream begins with, `$all`, or `subscription`. */
  readonly of: string
  /** Messages that the reader still gets. */
  readonly after: number
  /** `end`: without an error, before its end. */
  readonly how: Breakdown | 'end'
}

export interface Leader {
  readonly host: string
  readonly port: number
}

/** What a test can make go wrong on the server. */
export class Faults {
  /** A wrong expected revision is a failed call with trailers, as on some versions, instead of an answer. */
  conflictsAsErrors = false
  /** This node is no leader: appends are refused with where the leader is, or that nobody knows. */
  leader: Leader | 'unknown' | undefined
  /** Before every answer, in milliseconds. */
  delayMs = 0
  /** What the last append was signed with; nobody checks it. */
  authorization: string | undefined
  /** Appends that were asked for, retries among them. */
  appendsSeen = 0
  readonly #appends: AppendFault[] = []
  readonly #refusals: string[] = []
  readonly #reads: ReadFault[] = []
  readonly #cut: () => void

  /** @param cut ends all connections at once, without a word */
  constructor(cut: () => void) {
    this.#cut = cut
  }

  /** Breaks the next append, before or after it was done; several calls add up. */
  failAppend(moment: AppendFault['moment'], how: Breakdown = 'unavailable'): void {
    this.#appends.push({ moment, how })
  }

  /** Refuses the next append for what it is: the exception of its trailers. */
  refuseAppend(exception: string): void {
    this.#refusals.push(exception)
  }

  /** Breaks the next read of that, or subscription, after so many messages; several calls add up. */
  failRead(of: ReadFault['of'], after: number, how: ReadFault['how'] = 'unavailable'): void {
    this.#reads.push({ of, after, how })
  }

  /** Calls that a test wanted to break and that nobody has made yet. */
  get pending(): number {
    return this.#appends.length + this.#refusals.length + this.#reads.length
  }

  /** @throws what the append fails with */
  async atAppend(moment: AppendFault['moment'], signal: AbortSignal): Promise<void> {
    if (moment === 'before') await this.#asked()
    if (this.#appends[0]?.moment !== moment) return
    const { how } = this.#appends.shift() ?? { how: 'unavailable' }
    await this.#breakDown(how, signal)
  }

  async #asked(): Promise<void> {
    this.appendsSeen += 1
    await this.beforeAnswer()
    const exception = this.#refusals.shift()
    if (exception !== undefined) {
      const about = { exception, 'maximum-append-size': '1024' }
      throw statusError(status.INVALID_ARGUMENT, 'Maximum Append Size of 1024 Exceeded.', about)
    }
    if (this.leader !== undefined) throw notLeader(this.leader)
  }

  async beforeAnswer(): Promise<void> {
    if (this.delayMs > 0) await sleep(this.delayMs)
  }

  /** @returns what is asked before each message of one read: whether it goes on. @throws what it fails with */
  ofRead(target: string, signal: AbortSignal): (sent: number) => Promise<boolean> {
    const at = this.#reads.findIndex(({ of }) => target.startsWith(of))
    const fault = at < 0 ? undefined : this.#reads.splice(at, 1)[0]
    return async (sent) => {
      if (fault === undefined || sent < fault.after) return true
      if (fault.how === 'end') return false
      await this.#breakDown(fault.how, signal)
      return false
    }
  }

  async #breakDown(how: Breakdown, signal: AbortSignal): Promise<void> {
    if (how === 'unavailable') throw statusError(status.UNAVAILABLE, 'Server Is Not Ready')
    if (how === 'cut') this.#cut()
    if (!signal.aborted) {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve)
      })
    }
    throw statusError(status.CANCELLED, 'nobody waits for the answer')
  }
}

function notLeader(leader: Leader | 'unknown') {
  if (leader === 'unknown') return statusError(status.UNKNOWN, 'No leader info available in response')
  return statusError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  })
}
