import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { PlacedRecord } from '../../src/eventstore/embedded/evaluate.ts'
import type { RecordRow } from '../../src/eventstore/embedded/row.ts'
import { Tail } from '../../src/eventstore/embedded/tail.ts'
import { recordingLog, silentLog } from '../support/log.ts'

const ID = '00000000-0000-4000-8000-000000000001'

function row(position: bigint, text = ''): RecordRow {
  return [String(position), 's-1', 0, ID, 'T', JSON.stringify({ n: Number(position), text }), '{}', 0]
}

function rows(after: bigint, upTo: bigint): RecordRow[] {
  return Array.from({ length: Number(upTo - after) }, (_, i) => row(after + 1n + BigInt(i)))
}

/** What this process wrote at these positions. */
function written(...positions: bigint[]) {
  const placed = positions.map((position): PlacedRecord => ({
    position,
    stream: 's-1',
    category: 's',
    revision: 0,
    id: ID,
    type: 'T',
    data: JSON.stringify({ n: Number(position), text: '' }),
    metadata: '{}',
  }))
  return { placed, outcomes: [], created: new Date(0) }
}

/** A tail over a database that holds whatever is asked for. */
function tailAt(head: bigint) {
  const reads: [bigint, bigint][] = []
  const tail = new Tail(
    head,
    (after, upTo) => {
      reads.push([after, upTo])
      return Promise.resolve(rows(after, upTo))
    },
    silentLog,
  )
  return { tail, reads }
}

function numbers(records: readonly { data: Record<string, unknown> }[] | undefined): unknown[] | undefined {
  return records?.map((record) => record.data['n'])
}

describe('the tail of the log', () => {
  it('takes what this process wrote without reading it', async () => {
    const { tail, reads } = tailAt(10n)
    tail.wrote(written(11n, 12n))
    tail.wrote(written(13n))
    await turn()
    expect(tail.head).toBe(13n)
    expect(numbers(tail.slice(10n, 100))).toEqual([11, 12, 13])
    expect(numbers(tail.slice(11n, 1))).toEqual([12])
    expect(tail.slice(13n, 100)).toEqual([])
    expect(reads).toEqual([])
  })

  it('reads once what other processes wrote, up to the furthest that is known', async () => {
    const { tail, reads } = tailAt(10n)
    tail.reached(12n)
    tail.reached(14n)
    tail.reached(13n)
    await turn()
    expect(tail.head).toBe(14n)
    expect(numbers(tail.slice(10n, 100))).toEqual([11, 12, 13, 14])
    expect(reads).toEqual([
      [10n, 12n],
      [12n, 14n],
    ])
  })

  it('reads the gap when others wrote before what this process wrote', async () => {
    const { tail, reads } = tailAt(10n)
    tail.wrote(written(13n, 14n))
    expect(tail.head).toBe(10n)
    await turn()
    expect(numbers(tail.slice(10n, 100))).toEqual([11, 12, 13, 14])
    expect(reads).toEqual([[10n, 14n]])
  })

  it('does not take twice what was already read', async () => {
    const { tail } = tailAt(10n)
    tail.reached(12n)
    await turn()
    tail.wrote(written(11n, 12n))
    await turn()
    expect(tail.head).toBe(12n)
    expect(numbers(tail.slice(10n, 100))).toEqual([11, 12])
  })

  it('does not reach back further than it keeps: 5,000 facts, or 16 MB of them', async () => {
    const { tail } = tailAt(0n)
    tail.reached(4_000n)
    await turn()
    tail.reached(7_000n)
    await turn()
    // What is too much goes a tenth at a time.
    expect(tail.slice(2_499n, 1)).toBeUndefined()
    expect(numbers(tail.slice(2_500n, 1))).toEqual([2_501])

    const large = new Tail(
      0n,
      (after, upTo) => Promise.resolve(rows(after, upTo).map((r) => row(BigInt(r[0]), 'x'.repeat(900_000)))),
      silentLog,
    )
    large.reached(20n)
    await turn()
    expect(large.slice(4n, 1)).toBeUndefined()
    expect(numbers(large.slice(5n, 1))).toEqual([6])
  })

  it('starts over at the head when more is missing than it keeps', async () => {
    const { tail, reads } = tailAt(0n)
    tail.reached(5_001n)
    await turn()
    expect(tail.head).toBe(5_001n)
    expect(tail.slice(5_000n, 1)).toBeUndefined()
    expect(reads).toEqual([])
  })

  it('tries again at the next news when the database cannot be read', async () => {
    const log = recordingLog()
    let fails = true
    const tail = new Tail(
      0n,
      (after, upTo) => (fails ? Promise.reject(new Error('down')) : Promise.resolve(rows(after, upTo))),
      log,
    )
    tail.reached(3n)
    await turn()
    expect(tail.head).toBe(0n)
    expect(log.lines[0]).toContain('down')
    fails = false
    tail.reached(3n)
    await turn()
    expect(tail.head).toBe(3n)
  })

  it('wakes who waits when it grows, and when they are aborted', async () => {
    const { tail } = tailAt(0n)
    const abort = new AbortController()
    const [grown, aborted] = [tail.changed(new AbortController().signal), tail.changed(abort.signal)]
    abort.abort()
    await aborted
    tail.wrote(written(1n))
    await grown
    await tail.changed(AbortSignal.abort())
    expect(tail.head).toBe(1n)
  })
})
