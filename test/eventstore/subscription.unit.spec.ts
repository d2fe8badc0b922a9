import { describe, expect, it } from 'vitest'
import type { Position, SubscriptionMessage } from '../../src/eventstore/port.ts'
import { type BackoffClock, supervise } from '../../src/eventstore/subscription.ts'
import { recordingLog } from '../support/log.ts'

type Batch = readonly SubscriptionMessage[]

function checkpoint(position: Position): SubscriptionMessage {
  return { kind: 'checkpoint', position }
}

/** Plays one script for each time it is subscribed to: batches, then the end, an error, or nothing more. */
class ScriptedStore {
  readonly startedAt: Position[] = []
  readonly #scripts: { batches: Batch[]; then: 'ends' | 'fails' | 'stays' }[]

  constructor(scripts: { batches: Batch[]; then: 'ends' | 'fails' | 'stays' }[]) {
    this.#scripts = scripts
  }

  async *subscribe(options: { after: Position; signal: AbortSignal }): AsyncGenerator<Batch> {
    this.startedAt.push(options.after)
    const script = this.#scripts[this.startedAt.length - 1] ?? { batches: [], then: 'stays' }
    yield* script.batches
    if (script.then === 'fails') throw new Error('UNAVAILABLE')
    if (script.then === 'ends') return
    await new Promise((resolve) => {
      options.signal.addEventListener('abort', resolve)
    })
  }
}

class RecordingClock implements BackoffClock {
  readonly waits: number[] = []
  sleep(ms: number): Promise<void> {
    this.waits.push(ms)
    return Promise.resolve()
  }
  random(): number {
    return 0.5
  }
}

/** Supervises with a checkpoint in memory, aborting after the batch that reaches `until`. */
async function run(store: ScriptedStore, until: Position, applying?: (batch: Batch) => Promise<void>) {
  const abort = new AbortController()
  const clock = new RecordingClock()
  const log = recordingLog()
  const applied: Position[] = []
  let stored: Position = 0n
  await supervise({
    store,
    after: () => Promise.resolve(stored),
    apply: async (batch) => {
      await applying?.(batch)
      for (const message of batch) if (message.kind !== 'fact') stored = message.position
      applied.push(stored)
      if (stored >= until) abort.abort()
    },
    signal: abort.signal,
    log,
    clock,
  })
  return { applied, waits: clock.waits, lines: log.lines, startedAt: store.startedAt }
}

describe('a supervised subscription', () => {
  it('subscribes again from the stored position when the subscription fails', async () => {
    const store = new ScriptedStore([
      { batches: [[checkpoint(1n)], [checkpoint(2n)]], then: 'fails' },
      { batches: [[checkpoint(3n)]], then: 'stays' },
    ])
    const { applied, startedAt, lines } = await run(store, 3n)
    expect(startedAt).toEqual([0n, 2n])
    expect(applied).toEqual([1n, 2n, 3n])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('UNAVAILABLE')
  })

  it('takes a subscription that ends without an error for dropped', async () => {
    const store = new ScriptedStore([
      { batches: [[checkpoint(5n)]], then: 'ends' },
      { batches: [], then: 'ends' },
      { batches: [[checkpoint(6n)]], then: 'stays' },
    ])
    const { startedAt, lines } = await run(store, 6n)
    expect(startedAt).toEqual([0n, 5n, 5n])
    expect(lines.every((line) => line.includes('it ended'))).toBe(true)
  })

  it('does a batch again that could not be applied', async () => {
    const store = new ScriptedStore([
      { batches: [[checkpoint(1n)], [checkpoint(2n)], [checkpoint(3n)]], then: 'stays' },
      { batches: [[checkpoint(2n)], [checkpoint(3n)]], then: 'stays' },
    ])
    let refusals = 1
    const { applied, startedAt } = await run(store, 3n, ([first]) => {
      if (first?.kind === 'checkpoint' && first.position === 2n && refusals-- > 0)
        throw new Error('database is down')
      return Promise.resolve()
    })
    expect(startedAt).toEqual([0n, 1n])
    expect(applied).toEqual([1n, 2n, 3n])
  })

  it('waits at random up to a bound that doubles to 10 s with each failure in a row, and starts over after progress', async () => {
    const failing = { batches: [], then: 'fails' as const }
    const store = new ScriptedStore([
      ...Array.from({ length: 9 }, () => failing),
      { batches: [[checkpoint(1n)]], then: 'fails' },
      { batches: [[checkpoint(2n)]], then: 'stays' },
    ])
    const { waits } = await run(store, 2n)
    expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 50])
  })

  it('keeps on when the stored position cannot be read', async () => {
    const store = new ScriptedStore([{ batches: [[checkpoint(1n)]], then: 'stays' }])
    const abort = new AbortController()
    const clock = new RecordingClock()
    let refusals = 3
    await supervise({
      store,
      after: () => (refusals-- > 0 ? Promise.reject(new Error('no database')) : Promise.resolve(0n)),
      apply: () => {
        abort.abort()
        return Promise.resolve()
      },
      signal: abort.signal,
      log: recordingLog(),
      clock,
    })
    expect(clock.waits).toHaveLength(3)
    expect(store.startedAt).toEqual([0n])
  })

  it('applies one batch at a time, finishes the one under way when it is aborted, and begins no other', async () => {
    const store = new ScriptedStore([
      { batches: [[checkpoint(1n)], [checkpoint(2n)], [checkpoint(3n)]], then: 'stays' },
    ])
    const abort = new AbortController()
    const steps: string[] = []
    await supervise({
      store,
      after: () => Promise.resolve(0n),
      apply: async ([message]) => {
        const position = message?.kind === 'checkpoint' ? message.position : 0n
        steps.push(`begin ${String(position)}`)
        if (position === 2n) abort.abort()
        await new Promise((resolve) => setImmediate(resolve))
        steps.push(`end ${String(position)}`)
      },
      signal: abort.signal,
      log: recordingLog(),
      clock: new RecordingClock(),
    })
    expect(steps).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
  })

  it('does nothing when it is aborted before it begins, and stops waiting when it is aborted', async () => {
    const never = new ScriptedStore([])
    await supervise({
      store: never,
      after: () => Promise.resolve(0n),
      apply: () => Promise.resolve(),
      signal: AbortSignal.abort(),
      log: recordingLog(),
    })
    expect(never.startedAt).toEqual([])

    const abort = new AbortController()
    const failing = new ScriptedStore(
      Array.from({ length: 50 }, () => ({ batches: [], then: 'fails' as const })),
    )
    const over = supervise({
      store: failing,
      after: () => Promise.resolve(0n),
      apply: () => Promise.resolve(),
      signal: abort.signal,
      log: {
        warn: () => {
          abort.abort()
        },
      },
    })
    await over
    expect(failing.startedAt).toEqual([0n])
  })
})
