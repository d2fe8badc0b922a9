import { describe, expect } from 'vitest'
import { atTheDoor } from '../support/at-the-door.ts'
import type { Gate } from '../support/gate.ts'

const admitted = (gate: Gate, change: object) => gate.scan({ outcome: 'admitted', ...change })

describe('the scans of one party in a batch', () => {
  const it = atTheDoor.extend('partySize', 3)

  it('follow each other however the party was shown: by code, by name, by pass', async ({
    grace,
    north,
    arrivals,
  }) => {
    const answers = await north.batch(
      admitted(north, { code: grace.code, arrivedBefore: 0 }),
      admitted(north, { guestId: grace.id, arrivedBefore: 1 }),
      admitted(north, { pass: grace.pass, arrivedBefore: 2 }),
      north.scan({ code: grace.code, outcome: 'refused', refusal: 'party_complete' }),
    )
    expect(answers.map(({ status, reason }) => [status, reason])).toEqual(
      new Array(4).fill(['accepted', null]),
    )
    expect(await arrivals()).toMatchObject({ arrived: 3, conflicts: [] })
  })

  it('are told apart from those of others, which wait for nobody', async ({ grace, north, accepted }) => {
    const alan = await accepted('Alan Turing')
    const answers = await north.batch(
      admitted(north, { pass: 'a menu' }),
      admitted(north, { pass: grace.pass }),
      admitted(north, { code: alan.code }),
      admitted(north, { code: grace.code, arrivedBefore: 1 }),
    )
    expect(answers.map(({ index, status }) => [index, status])).toEqual([
      [0, 'rejected'],
      [1, 'accepted'],
      [2, 'accepted'],
      [3, 'accepted'],
    ])
  })
})
