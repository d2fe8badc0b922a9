import { describe, expect } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { CheckInAnswer } from '../../src/contracts/door.ts'
import type { GuestView, GuestWithAnswer } from '../../src/contracts/guests.ts'
import { atTheDoor } from '../support/at-the-door.ts'
import { aNonce, attending } from '../support/gate.ts'
import { addGuest, answer, createEvent, expectStatus, readModelsCaughtUp } from '../support/party.ts'

const it = atTheDoor
  .extend('partySize', 3)
  .extend('allowWalkIns', ({ host, event }) => (walkIns: boolean) => {
    return host.client.request('PUT', `/api/events/${event.id}/door`, { json: { walkIns } })
  })
  .extend('walkIn', ({ north }) => (body: object = {}) => {
    return north.post<Problem>('walk-in', { name: 'Margaret Hamilton', ...north.scan(), ...body })
  })

describe('a lost pass', () => {
  it('tells why a guest has no seat; in a list of names nobody is refused, but who was picked from it and shown so is', async ({
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
    const refused = async () =>
      (await activity()).filter(({ kind }) => kind === 'check_in_refused').map(({ sentence }) => sentence)
    for (const [guest, answered] of [
      [silent, null],
      [unsure, 'maybe'],
      [gone, 'declined'],
    ] as const) {
      const seen = { refusal: 'not_attending', answered }
      const name = guest.view.name ?? ''
      const before = await refused()
      expect((await north.search(name))[0]).toMatchObject(seen)
      expect(await refused()).toEqual(before)
      const nonce = aNonce()
      for (let n = 0; n < 2; n++) {
        const preview = await north.preview({ guestId: guest.id, nonce })
        expect(expectStatus(preview, 200)).toMatchObject(seen)
      }
      const sentence = `${name} was not let in at North: not on the list of those who come`
      expect(await refused()).toEqual([sentence, ...before])
      const { guests } = await north.manifest()
      expect(guests.find(({ id }) => id === guest.id)).toMatchObject({ admission: 'not_attending', answered })
    }
  })

  it('of somebody who may enter is recorded as nothing until they are let in', async ({
    grace,
    north,
    activity,
  }) => {
    const before = (await activity()).length
    const preview = await north.preview({ guestId: grace.id, nonce: aNonce() })
    expect(expectStatus(preview, 200).refusal).toBeNull()
    expect((await activity()).length).toBe(before)
  })

  it('of somebody whom a device refused by name without a connection is recorded once it is sent', async ({
    host,
    event,
    north,
    activity,
  }) => {
    const silent = await addGuest(host, event.id, { name: 'Sila' })
    const item = north.scan({ guestId: silent.id, outcome: 'refused', refusal: 'not_attending' })
    expect((await north.batch(item))[0]).toMatchObject({ status: 'accepted' })
    const refused = (await activity()).find(({ kind }) => kind === 'check_in_refused')
    expect(refused?.sentence).toBe('Sila was not let in at North: not on the list of those who come')
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

  it('is told from the others in the list and in their own view, which says where they came in, and when', async ({
    product,
    host,
    event,
    grace,
    allowWalkIns,
    north,
  }) => {
    await allowWalkIns(true)
    const body = { name: 'Margaret Hamilton', ...north.scan() }
    const { guest } = expectStatus(await north.post<CheckInAnswer>('walk-in', body), 200)
    await readModelsCaughtUp(product)
    const path = `/api/events/${event.id}/guests`
    const { items } = expectStatus(await host.client.get<{ items: GuestView[] }>(`${path}?sort=-name`), 200)
    expect(items.map(({ name, walkIn }) => [name, walkIn])).toEqual([
      ['Margaret Hamilton', true],
      ['Grace Hopper', false],
    ])
    const viewOf = async (id: string) =>
      expectStatus(await host.client.get<GuestWithAnswer>(`${path}/${id}`), 200)
    expect(await viewOf(guest.id)).toMatchObject({
      walkIn: true,
      addedAtDoor: { gate: 'North', at: new Date(product.clock.now()).toISOString() },
    })
    expect(await viewOf(grace.id)).toMatchObject({ walkIn: false, addedAtDoor: null })
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
