import { describe, expect } from 'vitest'
import type { z } from 'zod'
import type { scannerTicketList } from '../../src/contracts/door.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { atTheDoor } from '../support/at-the-door.ts'
import type { Gate } from '../support/gate.ts'
import { expectStatus } from '../support/party.ts'

/** A scan that a device let in by itself. */
const admitted = (gate: Gate, change: object) => gate.scan({ outcome: 'admitted', ...change })

const it = atTheDoor.extend('both', ({ product, grace, north, south }) => async (count = 2) => {
  const at = product.clock.now()
  const first = admitted(north, { pass: grace.pass, arrivalCount: count })
  product.clock.advance(2 * MINUTE)
  const second = admitted(south, { pass: grace.pass, arrivalCount: count })
  product.clock.advance(30 * MINUTE)
  const [one] = await north.batch(first)
  const [two] = await south.batch(second)
  return { at, one, two }
})

describe('two gates that let the same pass in without knowing of each other', () => {
  it('stay two arrivals that count once, and the host sees both gates and times', async ({
    host,
    event,
    grace,
    both,
    arrivals,
    activity,
  }) => {
    const { at, one, two } = await both()
    expect(one?.status).toBe('accepted')
    expect(two).toMatchObject({ status: 'conflict', reason: 'admitted_twice' })
    const seen = await arrivals()
    expect(seen).toMatchObject({ arrived: 2, parties: { arrived: 1 } })
    expect(seen.conflicts).toMatchObject([
      {
        checkInId: two?.checkInId,
        guest: { id: grace.id, name: 'Grace Hopper' },
        kind: 'admitted_twice',
        expected: 2,
        arrivals: [
          { gate: 'North', deviceId: 'phone-North', scannedAt: new Date(at).toISOString(), count: 2 },
          {
            gate: 'South',
            deviceId: 'phone-South',
            scannedAt: new Date(at + 2 * MINUTE).toISOString(),
            count: 2,
          },
        ],
        resolved: false,
      },
    ])
    expect((await activity()).find(({ kind }) => kind === 'check_in_conflict')?.sentence).toBe(
      'Grace Hopper was let in twice, at North and South, by scanners that did not know of each other',
    )
    expect(
      expectStatus(
        await host.client.get<{ arrived: number }>(`/api/events/${event.id}/guests/${grace.id}`),
        200,
      ).arrived,
    ).toBe(2)
  })

  it('count once also when each let in one of two', async ({ both, arrivals }) => {
    await both(1)
    expect((await arrivals()).arrived).toBe(1)
  })

  it('are settled when the host undoes one of them; the other counts', async ({
    host,
    event,
    grace,
    north,
    both,
    arrivals,
  }) => {
    const { one } = await both()
    const path = `/api/events/${event.id}/check-ins/${one?.checkInId ?? ''}/undo`
    expect((await host.client.post(path)).status).toBe(204)
    const seen = await arrivals()
    expect(seen).toMatchObject({ arrived: 2, byGate: [{ gate: 'South', arrived: 2 }] })
    expect(seen.conflicts).toMatchObject([
      { resolved: true, arrivals: [{ undone: true }, { undone: false }] },
    ])
    const { guests } = await north.manifest()
    expect(guests.map(({ id, arrived }) => [id, arrived])).toEqual([[grace.id, 2]])
  })

  it('are at the gate that let people in who count elsewhere, and on its phone', async ({
    host,
    event,
    both,
    arrivals,
  }) => {
    await both()
    expect((await arrivals()).byGate).toMatchObject([
      { gate: 'North', arrived: 2, letIn: 2 },
      { gate: 'South', arrived: 0, letIn: 2 },
    ])
    const path = `/api/events/${event.id}/scanner-tickets`
    const { items } = expectStatus(await host.client.get<z.infer<typeof scannerTicketList>>(path), 200)
    const people = items.flatMap(({ gate, devices }) => devices.map(({ arrived }) => [gate, arrived]))
    expect(people.toSorted()).toEqual([
      ['North', 2],
      ['South', 2],
    ])
  })

  it('are told the same whether they upload one after the other or at once', async ({
    grace,
    north,
    south,
    arrivals,
  }) => {
    const items = [north, south].map(
      (gate) => [gate, admitted(gate, { pass: grace.pass, arrivalCount: 2 })] as const,
    )
    const answers = await Promise.all(items.map(([gate, item]) => gate.batch(item)))
    expect(
      answers
        .flat()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['accepted', 'conflict'])
    expect(await arrivals()).toMatchObject({ arrived: 2, conflicts: [{}] })
  })
})

describe('when somebody of the party came in last', () => {
  it('is when they came and not when it was recorded, for staff with and without a connection', async ({
    product,
    grace,
    north,
    south,
    arrivals,
  }) => {
    const came = new Date(product.clock.now()).toISOString()
    const queued = admitted(north, { pass: grace.pass, arrivalCount: 1 })
    product.clock.advance(5 * MINUTE)
    await north.batch(queued)
    const last = { at: came, gate: 'North', count: 1 }
    const everywhere = async () => [
      expectStatus(await south.preview({ pass: grace.pass }), 200).lastArrival,
      (await south.search('grace'))[0]?.lastArrival,
      (await south.manifest()).guests[0]?.lastArrival,
    ]
    expect(await everywhere()).toMatchObject([last, last, last])
    expect((await arrivals()).lastAt).toBe(came)
  })

  it('is of the arrival that was last, though an earlier one came to us after it', async ({
    product,
    grace,
    north,
    south,
  }) => {
    const early = admitted(north, { pass: grace.pass, arrivalCount: 1 })
    product.clock.advance(5 * MINUTE)
    const came = new Date(product.clock.now()).toISOString()
    expectStatus(await south.checkIn({ pass: grace.pass, arrivalCount: 1 }), 200)
    product.clock.advance(5 * MINUTE)
    await north.batch(early)
    const last = { at: came, gate: 'South', count: 1 }
    expect(expectStatus(await north.preview({ pass: grace.pass }), 200).lastArrival).toMatchObject(last)
    expect((await north.search('grace'))[0]?.lastArrival).toMatchObject(last)
  })
})

describe('what the host sees of the arrivals', () => {
  it('is who came by which gate in which quarter of an hour, and who is missing', async ({
    product,
    host,
    event,
    grace,
    north,
    south,
    accepted,
    arrivals,
  }) => {
    const party = await accepted('Katherine Johnson', 3)
    await accepted('Ada Lovelace')
    const quarter = 15 * MINUTE
    product.clock.advance(quarter - (product.clock.now() % quarter))
    const began = product.clock.now()
    const quarterAt = (n: number) => new Date(began + n * quarter).toISOString()
    await north.checkIn({ pass: party.pass, arrivalCount: 2 })
    product.clock.advance(2 * quarter)
    const queued = south.scan({ outcome: 'admitted', pass: grace.pass, arrivalCount: 2 })
    product.clock.advance(3 * quarter)
    await south.batch(queued)

    const seen = await arrivals()
    expect(seen).toMatchObject({
      expected: 6,
      arrived: 4,
      parties: { expected: 3, arrived: 2 },
      byGate: [
        { gate: 'North', arrived: 2, lastAt: quarterAt(0) },
        { gate: 'South', arrived: 2, lastAt: quarterAt(2) },
      ],
      byQuarterHour: [
        { from: quarterAt(0), arrived: 2 },
        { from: quarterAt(1), arrived: 0 },
        { from: quarterAt(2), arrived: 2 },
      ],
      missing: { people: 2, parties: 2 },
    })
    expect(seen.missing.guests).toMatchObject([
      { guest: { name: 'Ada Lovelace' }, expected: 1, arrived: 0 },
      { guest: { name: 'Katherine Johnson' }, expected: 3, arrived: 2 },
    ])
    const path = `/api/events/${event.id}/arrivals/missing?limit=1`
    type Page = { items: typeof seen.missing.guests; nextCursor: string | null }
    const first = expectStatus(await host.client.get<Page>(path), 200)
    expect(first.items).toEqual(seen.missing.guests.slice(0, 1))
    const next = await host.client.get<Page>(`${path}&cursor=${first.nextCursor ?? ''}`)
    expect(next.body).toEqual({ items: seen.missing.guests.slice(1), nextCursor: null })
  })

  it('counts whoever has no seat apart, and tells whole parties from those that came in part', async ({
    product,
    host,
    event,
    grace,
    north,
    accepted,
    arrivals,
  }) => {
    const party = await accepted('Katherine Johnson', 4)
    await accepted('Ada Lovelace')
    await host.client.request('PUT', `/api/events/${event.id}/door`, { json: { walkIns: true } })
    const seen = (await host.client.get(`/api/events/${event.id}`)).headers.get('etag') ?? ''
    expectStatus(
      await host.client.patch(`/api/events/${event.id}`, { maxCapacity: 7 }, { 'if-match': seen }),
      200,
    )
    await north.checkIn({ pass: grace.pass, arrivalCount: 2 })
    await north.checkIn({ pass: party.pass, arrivalCount: 1 })
    product.clock.advance(MINUTE)
    await north.batch(admitted(north, { walkIn: { name: 'Offline Walker' }, arrivalCount: 1 }))

    expect(await arrivals()).toMatchObject({
      expected: 7,
      arrived: 4,
      here: 3,
      unexpected: 1,
      parties: { expected: 3, complete: 1, partly: 1 },
      missing: { people: 4, parties: 2 },
    })
  })
})
