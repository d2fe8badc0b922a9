import { describe, expect } from 'vitest'
import { atTheDoor as it } from '../support/at-the-door.ts'
import { aNonce } from '../support/gate.ts'

describe('people whom a device let in although the server had refused the same scan', () => {
  it('are recorded as a conflict: the refusal came too late to be heard', async ({
    grace,
    north,
    south,
    arrivals,
  }) => {
    await south.checkIn({ pass: grace.pass, arrivalCount: 2 })
    const scan = { pass: grace.pass, arrivalCount: 2, nonce: aNonce() }
    expect((await north.checkIn(scan)).body).toMatchObject({ result: 'already_admitted' })

    const queued = north.scan({ ...scan, outcome: 'admitted', arrivedBefore: 0 })
    const [answer] = await north.batch(queued)
    expect(answer).toMatchObject({ status: 'conflict', result: 'conflict', reason: 'admitted_twice' })
    expect((await north.batch(queued))[0]).toMatchObject({
      status: 'duplicate',
      checkInId: answer?.checkInId,
    })
    const seen = await arrivals()
    expect(seen.arrived).toBe(2)
    expect(seen.conflicts).toMatchObject([
      { kind: 'admitted_twice', arrivals: [{ gate: 'South' }, { gate: 'North', count: 2 }] },
    ])
  })

  it('stay one arrival when the server had admitted the same scan', async ({ grace, north, arrivals }) => {
    const scan = { pass: grace.pass, arrivalCount: 1, nonce: aNonce() }
    const { checkInId } = (await north.checkIn(scan)).body
    const [answer] = await north.batch(north.scan({ ...scan, outcome: 'admitted', arrivedBefore: 0 }))
    expect(answer).toMatchObject({ status: 'duplicate', result: 'admitted', checkInId })
    expect((await north.checkIn(scan)).body).toMatchObject({ result: 'admitted', checkInId })
    expect(await arrivals()).toMatchObject({ arrived: 1, conflicts: [] })
  })
})
