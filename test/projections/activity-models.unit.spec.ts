import { describe, expect, it } from 'vitest'
import { activity } from '../../src/projections/activity.ts'
import { anAttemptId, asFacts, guestSteps, type Step } from '../support/facts.ts'
import { rowsOf } from './fold-all.ts'

const ada = guestSteps(0, 1)
const invited = ada.invited({ name: 'Ada Lovelace', email: 'Ada@Example.org', phone: '+33123456789' })

describe('activity', () => {
  const items = (...steps: Step[]) => rowsOf(activity, asFacts(steps), 'items')

  it('given an opening that was scored at once, is one item with both', () => {
    expect(items(ada.attempted(3), ada.scored(3, { score: 70, band: 'high', decision: 'blocked' }))).toEqual([
      expect.objectContaining({
        item_id: anAttemptId(3),
        kind: 'opening',
        listed_at: '1',
        told_at: '2',
        score: 70,
        band: 'high',
        decision: 'blocked',
        rule_set: 'v1',
        place: { city: 'Lyon', country: 'FR', lat: 45.8, lon: 4.8 },
        device: 'Safari on iPhone',
      }),
    ])
  })

  it('given a score that comes late, keeps the place in the list and is told again', () => {
    const [first] = items(ada.attempted(3), ada.answered(), ada.scored(3, { late: true }))
    expect(first).toMatchObject({ kind: 'opening', listed_at: '1', told_at: '3', band: 'low' })
  })

  it('keeps every word the host said of an opening, also one that was taken back', () => {
    const [item] = items(
      ada.attempted(3),
      ada.verdict(3, 'suspicious'),
      ada.verdict(3, 'legitimate', 'She called.'),
      ada.verdictWithdrawn(3),
    )
    const by = 'system:test'
    expect(item).toMatchObject({
      verdict_at: '4',
      told_at: '4',
      verdict: {
        verdict: null,
        note: null,
        by,
        at: '2026-06-01T10:00:03.000Z',
        history: [
          { verdict: 'legitimate', at: '2026-06-01T10:00:02.000Z', by },
          { verdict: 'suspicious', at: '2026-06-01T10:00:01.000Z', by },
        ],
      },
    })
  })

  it('has an item for answers, promotions, check-ins, refusals and what was undone', () => {
    const all = items(
      ada.answered('waitlisted', 2),
      ada.promoted(2),
      ada.refused(),
      ada.checkedIn(),
      ada.undone(),
    )
    expect(all.map((one) => one['kind'])).toEqual([
      'rsvp',
      'promotion',
      'check_in_refused',
      'check_in',
      'check_in_undone',
    ])
  })

  it('says of an arrival that was sent later when they came in', () => {
    const came = { offline: true, scannedAt: '2026-06-01T09:24:00.000Z' }
    const cameAt = (...steps: Step[]) =>
      items(...steps).map((one) => (one['details'] as { cameAt: unknown }).cameAt)
    expect(cameAt(ada.checkedIn(1, 1, 'North', came))).toEqual(['2026-06-01T09:24:00.000Z'])
    expect(cameAt(ada.checkedIn(1, 1, 'North', { ...came, offline: false }))).toEqual([null])
  })

  it('calls people by the name of today, and forgets it with them', () => {
    const names = (...steps: Step[]) => rowsOf(activity, asFacts(steps), 'people').map((one) => one['name'])
    expect(names(invited, ada.changed({ name: 'Ada King' }))).toEqual(['Ada King'])
    expect(names(invited, ada.changed({ email: null }))).toEqual(['Ada Lovelace'])
    expect(names(invited, ada.removed())).toEqual(['Ada Lovelace'])
    expect(names(invited, ada.forgotten())).toEqual([null])
  })
})
