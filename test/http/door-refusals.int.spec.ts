import { describe, expect } from 'vitest'
import { MAX_REFUSALS_PER_HOUR } from '../../src/commands/guest/check-in.ts'
import { guestStream } from '../../src/events/streams.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { atTheDoor } from '../support/at-the-door.ts'
import { passOf, type Gate } from '../support/gate.ts'
import { addGuest, expectStatus } from '../support/party.ts'

const it = atTheDoor.extend('partySize', 3)

describe('a refusal', () => {
  it('is recorded when it is shown, once a minute however often the pass is held before the reader', async ({
    product,
    host,
    event,
    activity,
    countOf,
    refusalOf,
  }) => {
    const bob = await addGuest(host, event.id, { name: 'Bob' })
    const pass = passOf(product, event, bob.id)
    for (let n = 0; n < 3; n++) expect(await refusalOf({ pass })).toBe('not_attending')
    const stream = guestStream(event.id, bob.id)
    expect(await countOf(stream, 'CheckInRefused')).toBe(1)
    product.clock.advance(MINUTE)
    await refusalOf({ pass })
    expect(await countOf(stream, 'CheckInRefused')).toBe(2)
    expect((await activity())[0]?.sentence).toBe(
      'Bob was not let in at North: not on the list of those who come',
    )
  })

  it('by staff is recorded with its reason, once', async ({ event, grace, north, activity, countOf }) => {
    const away = { pass: grace.pass, reason: 'wrong_person', note: 'Says she is Alan.', ...north.scan() }
    for (let n = 0; n < 2; n++) expect((await north.post('turn-away', away)).status).toBe(204)
    expect(await countOf(guestStream(event.id, grace.id), 'GuestTurnedAway')).toBe(1)
    const [item] = await activity()
    expect(item?.sentence).toBe('Grace Hopper was not let in at North: staff say it is not this guest')
    expect(JSON.stringify(item)).not.toContain('Alan')
    expect(expectStatus(await north.checkIn({ pass: grace.pass }), 200).result).toBe('admitted')
  })

  it('by staff is told at every gate, until somebody of the party is let in', async ({
    product,
    grace,
    north,
    south,
  }) => {
    const at = new Date(product.clock.now()).toISOString()
    const { cursor } = await south.manifest()
    await north.post('turn-away', { pass: grace.pass, reason: 'wrong_person', ...north.scan() })
    const told = { at, gate: 'North', reason: 'wrong_person' }
    const seenAt = async (gate: Gate) => [
      expectStatus(await gate.preview({ pass: grace.pass }), 200).turnedAway,
      (await gate.search('grace'))[0]?.turnedAway,
      (await gate.manifest(cursor)).guests[0]?.turnedAway,
    ]
    expect(await seenAt(north)).toEqual([told, told, told])
    expect(await seenAt(south)).toEqual([told, told, told])

    product.clock.advance(MINUTE)
    const { checkInId } = expectStatus(await south.checkIn({ pass: grace.pass }), 200)
    expect(await seenAt(north)).toEqual([null, null, null])
    expect((await south.undo(checkInId ?? '')).status).toBe(204)
    expect(await seenAt(north)).toEqual([told, told, told])
  })

  it('by staff is told also when the same pass was refused all evening', async ({
    product,
    grace,
    north,
    south,
  }) => {
    expectStatus(await north.checkIn({ pass: grace.pass, arrivalCount: 3 }), 200)
    for (let n = 0; n < MAX_REFUSALS_PER_HOUR; n++) {
      expect(expectStatus(await north.checkIn({ pass: grace.pass }), 200).result).toBe('already_admitted')
    }
    product.clock.advance(MINUTE)
    const away = { pass: grace.pass, reason: 'wrong_person' }
    expect((await north.post('turn-away', north.scan(away))).status).toBe(204)
    expect(expectStatus(await south.preview({ pass: grace.pass }), 200).turnedAway).toMatchObject({
      gate: 'North',
      reason: 'wrong_person',
    })
  })

  it('by staff is told also when it comes late, unless somebody of the party came in after it', async ({
    product,
    grace,
    north,
    south,
    accepted,
  }) => {
    const ada = await accepted('Ada Lovelace')
    const away = (pass: string) => north.scan({ pass, outcome: 'turned_away', reason: 'behaviour' })
    const early = away(grace.pass)
    product.clock.advance(MINUTE)
    const at = new Date(product.clock.now()).toISOString()
    const late = away(ada.pass)
    expectStatus(await south.checkIn({ pass: grace.pass }), 200)
    product.clock.advance(MINUTE)
    await north.batch(early, late)
    expect((await south.search('grace'))[0]?.turnedAway).toBeNull()
    expect((await south.search('ada'))[0]?.turnedAway).toEqual({ at, gate: 'North', reason: 'behaviour' })
  })
})
