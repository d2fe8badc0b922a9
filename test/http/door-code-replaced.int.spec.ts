import { describe, expect } from 'vitest'
import { atTheDoor as it } from '../support/at-the-door.ts'
import { attending, type Gate } from '../support/gate.ts'
import { createEvent, expectStatus } from '../support/party.ts'

const admitted = (gate: Gate, change: object) => gate.scan({ outcome: 'admitted', ...change })

describe('a code that a device took, of a guest who has got a new link meanwhile', () => {
  it('is an arrival of the guest it was taken for, of which the host is told', async ({
    host,
    event,
    grace,
    north,
    arrivals,
  }) => {
    expectStatus(await host.client.post(`/api/events/${event.id}/guests/${grace.id}/link`), 200)
    const typed = { code: grace.code, arrivalCount: 2 }
    const item = admitted(north, { ...typed, guestId: grace.id })
    const [answer] = await north.batch(item)
    expect(answer).toMatchObject({ status: 'conflict', result: 'conflict', reason: 'not_admissible' })
    expect(await north.batch(item)).toMatchObject([{ status: 'duplicate', checkInId: answer?.checkInId }])
    const seen = await arrivals()
    expect(seen.arrived).toBe(2)
    expect(seen.conflicts).toMatchObject([
      { kind: 'not_admissible', refusal: 'pass_revoked', guest: { id: grace.id } },
    ])
    // Whom nobody can be told of is still nobody.
    expect(await north.batch(admitted(north, typed))).toMatchObject([
      { status: 'rejected', reason: 'pass_unknown' },
    ])
  })

  it('leads to the guest that it is of while it is good, whoever it was taken for', async ({
    grace,
    north,
    accepted,
    arrivals,
  }) => {
    const alan = await accepted('Alan Turing')
    expect(await north.batch(admitted(north, { code: grace.code, guestId: alan.id }))).toMatchObject([
      { status: 'accepted' },
    ])
    expect((await arrivals()).missing.guests.map(({ guest, arrived }) => [guest.name, arrived])).toEqual([
      ['Alan Turing', 0],
      ['Grace Hopper', 1],
    ])
  })

  it('lets nobody in by an id that stands beside something else: of another event, with no code, with a forged pass', async ({
    product,
    host,
    grace,
    north,
    arrivals,
  }) => {
    const other = await attending(product, host, await createEvent(host), 'Alan Turing')
    const forged = grace.pass.slice(0, -1) + (grace.pass.endsWith('0') ? '1' : '0')
    const answers = await north.batch(
      admitted(north, { code: 'ABCDE-FGHJK', guestId: other.id }),
      admitted(north, { code: 'a menu', guestId: grace.id }),
      admitted(north, { pass: forged, guestId: grace.id }),
      admitted(north, { pass: other.pass, guestId: grace.id }),
    )
    expect(answers.map(({ status, reason }) => [status, reason])).toEqual([
      ['rejected', 'pass_unknown'],
      ['rejected', 'pass_unreadable'],
      ['rejected', 'pass_forged'],
      ['rejected', 'pass_other_event'],
    ])
    expect((await arrivals()).arrived).toBe(0)
  })
})
