import { status } from '@grpc/grpc-js'
import type streams from '@eventstore/db-client/generated/streams_pb.js'
import type { Faults } from './faults.ts'
import { type Options, read, type ReadCall, type Send } from './read.ts'
import type { ServerLog } from './server-log.ts'
import { subscribe } from './subscription.ts'
import { errorOf, nameIn, statusError } from './wire.ts'

/** Everybody who reads or follows, so that tests can count them and drop them. */
export class Readers {
  sent = 0
  readonly #log: ServerLog
  readonly #faults: Faults
  readonly #calls = new Map<ReadCall, { readonly abort: AbortController; readonly subscription: boolean }>()

  constructor(log: ServerLog, faults: Faults) {
    this.#log = log
    this.#faults = faults
  }

  get open(): number {
    return this.#calls.size
  }

  readonly handle = (call: ReadCall): void => {
    const abort = new AbortController()
    call.on('cancelled', () => {
      abort.abort()
    })
    this.#calls.set(call, { abort, subscription: call.request.getOptions()?.hasSubscription() === true })
    this.#answer(call, abort.signal)
      .then(
        () => call.end(),
        (error: unknown) => call.emit('error', errorOf(error)),
      )
      .finally(() => this.#calls.delete(call))
  }

  drop(how: 'quietly' | 'unavailable'): void {
    for (const [call, { abort, subscription }] of this.#calls) {
      if (!subscription) continue
      if (how === 'unavailable') call.emit('error', statusError(status.UNAVAILABLE, 'the server goes down'))
      abort.abort()
    }
  }

  async #answer(call: ReadCall, signal: AbortSignal): Promise<void> {
    await this.#faults.beforeAnswer()
    const options = call.request.getOptions()
    if (options === undefined) throw statusError(status.INVALID_ARGUMENT, 'a read needs options')
    const goesOn = this.#faults.ofRead(targetOf(options), signal)
    let sent = 0
    const send: Send = async (message) => {
      if (signal.aborted || !(await goesOn(sent))) return false
      sent += 1
      this.sent += 1
      await write(call, message)
      return !signal.aborted
    }
    if (options.hasSubscription()) await subscribe(this.#log, options, send, signal)
    else await read(this.#log, options, send)
  }
}

function targetOf(options: Options): string {
  if (options.hasSubscription()) return 'subscription'
  return options.hasAll() ? '$all' : nameIn(options.getStream()?.getStreamIdentifier())
}

/** Waits for the client when it does not take more: a slow reader must not fill the memory of the server. */
async function write(call: ReadCall, message: streams.ReadResp): Promise<void> {
  if (call.cancelled || call.destroyed || call.write(message)) return
  await new Promise<void>((resolve) => {
    const events = ['drain', 'cancelled', 'close']
    const goOn = (): void => {
      for (const event of events) call.off(event, goOn)
      resolve()
    }
    for (const event of events) call.on(event, goOn)
  })
}
