import { describe, expect } from 'vitest'
import { MAX_OFFLINE_ARRIVALS } from '../../src/commands/guest/check-in.ts'
import { atTheDoor as it } from '../support/at-the-door.ts'
import type { Gate } from '../support/gate.ts'

const admitted = (gate: Gate, pass: string) => gate.scan({ outcome: 'admitted', pass, arrivedBefore: 0 })

describe('one pass that a device without a network takes again and again', () => {
  it('ends as scans that are shown to people, and each conflict names the first and the last arrivals', async ({
    grace,
    north,
    arrivals,
  }) => {
    const scans = Array.from({ length: MAX_OFFLINE_ARRIVALS }, () => admitted(north, grace.pass))
    const first = await north.batch(...scans)
    const [again, one] = await north.batch(scans[0], admitted(north, grace.pass))
    expect(new Set(first.slice(1).map(({ status }) => status))).toEqual(new Set(['conflict']))
    expect(again?.status).toBe('duplicate')
    expect(one).toMatchObject({
      status: 'rejected',
      reason: 'refused',
      detail: '100 arrivals of this guest without a connection are recorded. No more are.',
    })

    const { arrived, conflicts } = await arrivals()
    expect(arrived).toBe(1)
    const made = first.map(({ checkInId }) => checkInId)
    const ids = conflicts.map((conflict) => conflict.arrivals.map(({ checkInId }) => checkInId))
    const last = conflicts.findIndex(({ checkInId }) => checkInId === made.at(-1))
    expect(conflicts[last]?.involved).toBe(MAX_OFFLINE_ARRIVALS)
    expect(ids[last]).toEqual([...made.slice(0, 10), ...made.slice(-10)])
    expect(Math.max(...ids.map(({ length }) => length))).toBe(20)
    expect(new Set(ids.flat()).size).toBe(MAX_OFFLINE_ARRIVALS)
  })
})
