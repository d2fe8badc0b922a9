import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Place } from '../../src/events/guest.ts'
import { guestSubject } from '../../src/events/streams.ts'
import { ERASED } from '../../src/events/fact.ts'
import { DEFAULT_THRESHOLDS } from '../../src/scoring/bands.ts'
import { defaultRuleSet } from '../../src/scoring/rules/registry.ts'
import { EVENT, eventually, guestId, ofGuest, ofRsvps, World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await World.create()
  await world.publishedEvent()
  await world.invite(1)
})
afterEach(() => world.end())

const BERLIN: Place = { country: 'DE', city: 'Berlin', lat: 52.5, lon: 13.4, accuracyKm: 20 }

async function open(place: Place | 'late', attemptId = 'attempt-1'): Promise<void> {
  await world.guest(1, {
    kind: 'open',
    attemptId,
    linkVersion: 1,
    at: world.now,
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    fingerprint: { screen: '390x844' },
    place,
    policy: {
      ruleSet: defaultRuleSet,
      shadow: null,
      thresholds: DEFAULT_THRESHOLDS,
      thresholdsVersion: 0,
      stepUp: { high: false, blocked: false },
    },
    allowedBy: null,
  })
}

test('an opening that went on unscored is scored as soon as its place is known', async () => {
  const asked: string[] = []
  const lookup = (ip: string): Promise<Place> => {
    asked.push(ip)
    return asked.length === 1 ? Promise.reject(new Error('the geo service is away')) : Promise.resolve(BERLIN)
  }
  await world.running({ lookup })
  await open('late')
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['AccessAttempted', 'AccessScored'])
  })
  expect(asked).toEqual(['203.0.113.7', '203.0.113.7'])
  expect((await world.facts(ofGuest(1))).at(-1)).toMatchObject({
    actor: 'system:late-scoring',
    data: { attemptId: 'attempt-1', late: true, decision: 'allowed' },
    personal: { place: BERLIN },
  })
})

test('an opening that was scored in time is left alone', async () => {
  await world.running({ lookup: () => Promise.reject(new Error('never asked')) })
  await open(BERLIN)
  await world.quiet()
  expect(await world.history(1)).toEqual(['AccessAttempted', 'AccessScored'])
})

test('a guest who is removed gives back the seats, and the next one on the waitlist gets them', async () => {
  await world.rsvps({ kind: 'set_capacity', maxCapacity: 2 })
  await world.invite(2)
  await world.answer(1, 'attending', 2)
  await world.answer(2, 'attending', 1)
  await world.running()
  await world.guest(1, { kind: 'remove' })
  await eventually(async () => {
    expect((await world.facts(ofRsvps)).slice(-2)).toMatchObject([
      { type: 'RsvpWithdrawn', data: { guestId: guestId(1) }, actor: 'system:departures' },
      { type: 'RsvpPromoted', data: { guestId: guestId(2) } },
    ])
  })
})

test('forgetting a guest ends in a deleted key also when the request died before it', async () => {
  await world.answer(1, 'attending')
  await world.guest(1, { kind: 'forget' })
  await world.running()
  const subject = guestSubject(EVENT, guestId(1))
  await eventually(async () => {
    expect((await world.front.vault.openingKeys([subject])).get(subject)).toBe(ERASED)
    expect((await world.facts(ofRsvps)).at(-1)?.type).toBe('RsvpWithdrawn')
  })
  expect((await world.facts(ofGuest(1)))[0]).toMatchObject({ type: 'GuestInvited', personal: ERASED })
})

test('a guest who was put back on the list in between keeps the answer', async () => {
  await world.answer(1, 'attending')
  await world.guest(1, { kind: 'remove' })
  await world.invite(1)
  await world.invite(2)
  await world.answer(2, 'attending')
  await world.running()
  await world.quiet()
  expect(world.mailsTo(2)).toHaveLength(1)
  expect((await world.facts(ofRsvps)).map(({ type }) => type)).toEqual(['RsvpAnswered', 'RsvpAnswered'])
})
