import { describe, expect, onTestFinished, vi } from 'vitest'
import { MAX_REFUSED_SCANS } from '../../src/commands/door/decider.ts'
import type { Problem } from '../../src/contracts/common.ts'
import { doorStream } from '../../src/events/streams.ts'
import { newId } from '../../src/kernel/ids.ts'
import { DAY, HOUR } from '../../src/kernel/time.ts'
import { atTheDoor } from '../support/at-the-door.ts'
import { attending, openGate, passOf } from '../support/gate.ts'
import { createEvent, expectStatus } from '../support/party.ts'

const it = atTheDoor.extend('partySize', 3)

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

  it('has the guest list read once for all the codes of nobody that come in at one moment', async ({
    product,
    event,
    north,
  }) => {
    const reading = vi.spyOn(product.projections.queries.guests, 'listLinks')
    onTestFinished(() => {
      reading.mockRestore()
    })
    const codes = Array.from({ length: 30 }, () =>
      product.tokens.passCodes({ eventId: event.id, guestId: newId(), version: 1 }).at(0),
    )
    const answers = await Promise.all(codes.map((code) => north.preview<Problem>({ code })))
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['pass_unknown']))
    expect(reading).toHaveBeenCalledTimes(1)
  })

  it('takes exactly one of code, pass and guest', async ({ grace, north }) => {
    for (const body of [{}, { code: grace.code, pass: grace.pass }, { guestId: 'half' }, { pass: '' }]) {
      expect((await north.preview<Problem>(body)).status).toBe(400)
      expect((await north.checkIn<Problem>(body)).status).toBe(400)
    }
  })
})
