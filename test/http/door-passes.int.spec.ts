import { describe, expect } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { MAX_REFUSED_SCANS } from '../../src/commands/door/decider.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/time.ts'
import { doorStream, guestStream } from '../../src/events/streams.ts'
import { atTheDoor } from '../support/at-the-door.ts'
import { aNonce, attending, openGate, passOf, type Gate } from '../support/gate.ts'
import { addGuest, answer, createEvent, expectStatus } from '../support/party.ts'

const it = atTheDoor
  .extend('partySize', 3)
  /** How many facts of a type a stream of the event holds. */
  .extend('countOf', ({ product }) => async (stream: string, type: string) => {
    const slice = await product.store.readStream(stream)
    return slice.exists ? slice.records.filter((record) => record.type === type).length : 0
  })
  .extend('refusalOf', ({ north }) => async (body: object) => {
    const answer = await north.preview<Problem & { refusal?: string | null }>(body)
    return answer.status === 200 ? answer.body.refusal : `${String(answer.status)} ${answer.body.code}`
  })
  .extend('allowWalkIns', ({ host, event }) => (walkIns: boolean) => {
    return host.client.request('PUT', `/api/events/${event.id}/door`, { json: { walkIns } })
  })
  .extend('walkIn', ({ north }) => (body: object = {}) => {
    return north.post<Problem>('walk-in', { name: 'Margaret Hamilton', ...north.scan(), ...body })
  })

describe('a signed pass', () => {
  it('leads to the guest and lets the party in, as its code does', async ({ grace, north }) => {
    const seen = expectStatus(await north.preview({ pass: grace.pass }), 200)
    expect(seen).toMatchObject({
      guest: { id: grace.id, name: 'Grace Hopper' },
      party: { expected: 3, arrived: 0, names: ['Plus 1', 'Plus 2'] },
      refusal: null,
    })
    const first = expectStatus(await north.checkIn({ pass: grace.pass, arrivalCount: 2 }), 200)
    expect(first.result).toBe('admitted')
    expect(expectStatus(await north.checkIn({ code: grace.code }), 200)).toMatchObject({
      result: 'admitted',
      party: { arrived: 3 },
    })
  })

  it('may also be sent as a code: whoever scans need not know which it is', async ({ grace, north }) => {
    expect(expectStatus(await north.preview({ code: grace.pass }), 200).guest.id).toBe(grace.id)
    expect(expectStatus(await north.preview({ pass: grace.code }), 200).guest.id).toBe(grace.id)
  })

  it('dies when the link is issued anew, while the new one works', async ({
    product,
    host,
    event,
    grace,
    north,
    refusalOf,
  }) => {
    await host.client.post(`/api/events/${event.id}/guests/${grace.id}/link`)
    expect(await refusalOf({ pass: grace.pass })).toBe('pass_revoked')
    expect(expectStatus(await north.checkIn({ pass: grace.pass }), 200)).toMatchObject({
      result: 'refused',
      reason: 'pass_revoked',
    })
    expect(await refusalOf({ pass: passOf(product, event, grace.id, 2) })).toBeNull()
  })

  it('expires a day after the event began, and not when the event is put off', async ({
    product,
    host,
    event,
    grace,
  }) => {
    const later = new Date(product.clock.now() + 5 * DAY).toISOString()
    product.clock.advance(28 * HOUR)
    const south = await openGate(product, host, event.id, 'South')
    const refusal = async () => (await south.preview({ pass: grace.pass })).body.refusal
    expect(await refusal()).toBe('pass_expired')
    expectStatus(await host.client.patch(`/api/events/${event.id}`, { eventDate: later }), 200)
    expect(await refusal()).toBeNull()
  })

  it('lets nobody in twice when two gates scan it at the same moment', async ({
    product,
    host,
    event,
    grace,
    north,
    arrivals,
  }) => {
    const south = await openGate(product, host, event.id, 'South')
    const gates = [north, south, north, south, north, south]
    const answers = await Promise.all(
      gates.map((gate) => gate.checkIn({ pass: grace.pass, arrivalCount: 3 })),
    )
    // The others asked for three more than are expected.
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 200])
    const results = answers.map(({ body }) => body.result)
    expect(results.filter((result) => result === 'admitted')).toHaveLength(1)
    expect((await arrivals()).arrived).toBe(3)
  })
})

describe('what is no pass of a guest here', () => {
  it('is refused, and told apart', async ({
    product,
    host,
    event,
    grace,
    north,
    arrivals,
    activity,
    refusalOf,
  }) => {
    const elsewhere = await createEvent(host)
    const other = await attending(product, host, elsewhere, 'Alan Turing')
    const forged = grace.pass.slice(0, -1) + (grace.pass.endsWith('0') ? '1' : '0')
    const stranger = passOf(product, event, elsewhere.id)
    expect(await refusalOf({ pass: forged })).toBe('404 pass_forged')
    expect(await refusalOf({ pass: other.pass })).toBe('404 pass_other_event')
    expect(await refusalOf({ pass: stranger })).toBe('404 pass_unknown')
    expect(await refusalOf({ code: other.code })).toBe('404 pass_unknown')
    for (const any of [
      'https://example.org/menu.pdf',
      JSON.stringify({ guestId: grace.id, eventId: event.id, code: grace.code }),
      `${product.url}/r/${grace.token}`,
      grace.id,
      'WIFI:S:Venue;T:WPA;P:secret;;',
      '🎟️'.repeat(40),
    ]) {
      expect([any, await refusalOf({ pass: any })]).toEqual([any, '404 pass_unreadable'])
      expect((await north.checkIn<Problem>({ pass: any })).body.code).toBe('pass_unreadable')
    }
    const reasons = (await activity()).filter(({ guest }) => guest === null).map(({ sentence }) => sentence)
    expect(reasons).toContain('Somebody was not let in at North: the pass is forged')
    expect(reasons).toContain('Somebody was not let in at North: the pass is for another event')
    expect((await arrivals()).arrived).toBe(0)
  })

  it('is recorded once for the same text, and never so often that it fills the log', async ({
    product,
    event,
    north,
    countOf,
  }) => {
    await Promise.all(Array.from({ length: 5 }, () => north.preview({ pass: 'the same' })))
    expect(await countOf(doorStream(event.id), 'ScanRefused')).toBe(1)
    const flood = Array.from({ length: 100 }, (_, n) => north.preview({ pass: `no pass ${String(n)}` }))
    for (const { status } of await Promise.all(flood)) expect(status).toBe(404)
    expect(await countOf(doorStream(event.id), 'ScanRefused')).toBe(MAX_REFUSED_SCANS.ofTicket)
    product.clock.advance(HOUR)
    await north.preview({ pass: 'an hour later' })
    expect(await countOf(doorStream(event.id), 'ScanRefused')).toBe(MAX_REFUSED_SCANS.ofTicket + 1)
  })

  it('takes exactly one of code, pass and guest', async ({ grace, north }) => {
    for (const body of [{}, { code: grace.code, pass: grace.pass }, { guestId: 'half' }, { pass: '' }]) {
      expect((await north.preview<Problem>(body)).status).toBe(400)
      expect((await north.checkIn<Problem>(body)).status).toBe(400)
    }
  })
})

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

describe('a lost pass', () => {
  it('tells why a guest has no seat, and who is only looked up is not recorded as refused', async ({
    product,
    host,
    event,
    north,
    activity,
  }) => {
    const invited = (name: string) => addGuest(host, event.id, { name })
    const [silent, unsure, gone] = [await invited('Sila'), await invited('Una'), await invited('Dora')]
    await answer(product.client(), unsure.token, { answer: 'maybe', partySize: 1 })
    await answer(product.client(), gone.token, { answer: 'declined' })
    const before = await activity()
    for (const [guest, answered] of [
      [silent, null],
      [unsure, 'maybe'],
      [gone, 'declined'],
    ] as const) {
      const seen = { refusal: 'not_attending', answered }
      expect(expectStatus(await north.preview({ guestId: guest.id }), 200)).toMatchObject(seen)
      expect((await north.search(guest.view.name ?? ''))[0]).toMatchObject(seen)
      const { guests } = await north.manifest()
      expect(guests.find(({ id }) => id === guest.id)).toMatchObject({ admission: 'not_attending', answered })
    }
    expect((await activity()).length).toBe(before.length)
  })

  it('is looked for by parts of the name, whatever the accents, and the guest let in by id', async ({
    host,
    event,
    north,
    accepted,
  }) => {
    await accepted('Zoë Müller')
    await addGuest(host, event.id, { name: 'Graziella' })
    const found = await north.search('MULL')
    expect(found).toMatchObject([{ guest: { name: 'Zoë Müller' }, refusal: null, party: { expected: 1 } }])
    expect((await north.search('gra')).map(({ guest, refusal }) => [guest.name, refusal])).toEqual([
      ['Grace Hopper', null],
      ['Graziella', 'not_attending'],
    ])
    expect(await north.search('%_')).toEqual([])
    // Grace brings somebody who has the pass of neither.
    expect((await north.search('plus 1')).map(({ guest }) => guest.name)).toEqual(['Grace Hopper'])
    expect(await north.search('example.org')).toEqual([])
    const guestId = found[0]?.guest.id
    expect(expectStatus(await north.checkIn({ guestId }), 200).result).toBe('admitted')
    expect((await north.search('zoe'))[0]).toMatchObject({
      refusal: 'party_complete',
      lastArrival: { gate: 'North', count: 1 },
    })
    expect((await north.get('search?q=a')).status).toBe(400)
  })

  it('of nobody here is not found', async ({ product, host, north }) => {
    const elsewhere = await createEvent(host)
    const other = await attending(product, host, elsewhere, 'Alan Turing')
    expect((await north.preview<Problem>({ guestId: other.id })).body).toMatchObject({ status: 404 })
  })
})

describe('somebody who is not on the list', () => {
  it('is let in only where the host allows it', async ({
    host,
    event,
    activity,
    arrivals,
    allowWalkIns,
    walkIn,
  }) => {
    expect((await walkIn()).body).toMatchObject({ status: 403, code: 'walk_ins_off' })
    await allowWalkIns(true)
    expect((await host.client.get(`/api/events/${event.id}/door`)).body).toEqual({ walkIns: true })
    const nonce = aNonce()
    const [one, again] = [await walkIn({ nonce, arrivalCount: 2 }), await walkIn({ nonce, arrivalCount: 2 })]
    expect(one.body).toMatchObject({
      result: 'admitted',
      guest: { name: 'Margaret Hamilton' },
      party: { expected: 2, arrived: 2 },
    })
    expect(again.body).toEqual(one.body)
    expect(await arrivals()).toMatchObject({ expected: 5, arrived: 2 })
    expect((await activity()).find(({ kind }) => kind === 'rsvp')?.sentence).toBe(
      'Margaret Hamilton came without being on the list, party of 2',
    )
    await allowWalkIns(false)
    expect((await walkIn()).status).toBe(403)
  })

  it('takes no seat that is not there', async ({ host, event, arrivals, allowWalkIns, walkIn }) => {
    await allowWalkIns(true)
    expectStatus(await host.client.patch(`/api/events/${event.id}`, { maxCapacity: 4 }), 200)
    expect((await walkIn({ arrivalCount: 2 })).body).toMatchObject({
      status: 409,
      code: 'event_full',
      seatsLeft: 1,
    })
    expect((await walkIn({ arrivalCount: 1 })).status).toBe(200)
    expect((await walkIn({ arrivalCount: 1 })).body).toMatchObject({ code: 'event_full', seatsLeft: 0 })
    expect((await arrivals()).expected).toBe(4)
  })
})
