import { describe, expect } from 'vitest'
import { activityItem } from '../../src/contracts/activity.ts'
import { aGuestId, anAttemptId, appendSteps } from '../support/facts.ts'
import { atTheGala as it, bob, EVENT } from './gala.ts'

describe('activity', () => {
  it('tells what happened in sentences, the newest first', async ({ queries }) => {
    const { items, nextCursor } = await queries.activity.page(EVENT, { limit: 50 })
    for (const item of items) expect(activityItem.parse(item)).toEqual(item)
    expect(nextCursor).toBeNull()
    expect(items.map(({ sentence }) => sentence)).toEqual([
      'Gone opened the invitation, not scored yet',
      'Eve accepted and is on the waiting list',
      'Bob was not let in at Main entrance: not on the list of those who come',
      'Bob accepted and is on the waiting list, party of 2',
      'Bob opened the invitation, not scored yet',
      'A check-in of Zoë Müller at South gate was undone',
      'Zoë Müller checked in at South gate',
      'Zoë Müller checked in, 2 people, at North gate',
      'Zoë Müller accepted, party of 3',
      "Zoë Müller's link was opened from Lyon",
    ])
    expect(items.at(-1)).toMatchObject({
      id: anAttemptId(1),
      kind: 'opening',
      score: 65,
      band: 'high',
      label: 'Suspicious',
      decision: 'allowed',
      ruleSet: 'v1',
      reasons: [
        'Opened from Paris and Lyon within 12 minutes',
        'Opened from a different network than the first time',
      ],
      place: { city: 'Lyon', country: 'FR', lat: 45.8, lon: 4.8 },
      device: 'Safari on iPhone',
    })
    expect(items[0]).toMatchObject({ label: 'Unscored', score: null, band: null })
  })

  it('tells what the guest wrote with the answer, where the answer is told', async ({ queries }) => {
    const { items } = await queries.activity.page(EVENT, { limit: 50 })
    const written = items.filter(({ note, plusOneNames }) => note !== null || plusOneNames.length > 0)
    expect(written.map(({ sentence, note, plusOneNames }) => ({ sentence, note, plusOneNames }))).toEqual([
      { sentence: 'Zoë Müller accepted, party of 3', note: 'Vegetarian', plusOneNames: ['Max'] },
    ])
  })

  it('pages backwards without losing anything', async ({ queries }) => {
    const whole = await queries.activity.page(EVENT, { limit: 50 })
    const first = await queries.activity.page(EVENT, { limit: 6 })
    const second = await queries.activity.page(EVENT, { limit: 6, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items]).toEqual(whole.items)
    expect(first.head).toBe(second.head)
  })

  it('shows what one guest did', async ({ queries }) => {
    const { items } = await queries.activity.page(EVENT, { limit: 50, guest: aGuestId(2) })
    expect(items.map(({ kind }) => kind)).toEqual(['check_in_refused', 'rsvp', 'opening'])
  })

  it('gives the live feed what came after a position, in the order of the log', async ({ queries }) => {
    const { items } = await queries.activity.page(EVENT, { limit: 3 })
    const since = BigInt(items[2]?.position ?? '0') - 1n
    const after = await queries.activity.after(EVENT, since, 10)
    expect(after.map(({ id }) => id)).toEqual(items.toReversed().map(({ id }) => id))
  })

  it('gives an opening again when its score comes late, and keeps its place in the list', async ({
    world,
    projections,
    queries,
  }) => {
    const { head } = await queries.activity.page(EVENT, { limit: 1 })
    const before = (await queries.activity.page(EVENT, { limit: 50 })).items.map(({ id }) => id)
    const position = await appendSteps(world.log, [bob.scored(2, { late: true, score: 33, band: 'medium' })])
    await projections.waitFor(position, 10_000)
    const news = await queries.activity.after(EVENT, BigInt(head), 10)
    expect(news).toEqual([
      expect.objectContaining({ id: anAttemptId(2), label: 'Review', score: 33, position: String(position) }),
    ])
    expect((await queries.activity.page(EVENT, { limit: 50 })).items.map(({ id }) => id)).toEqual(before)
  })
})
