import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/events/registry.ts'
import { eventCategory } from '../../src/events/streams.ts'
import { createLog } from '../../src/eventstore/log.ts'
import { preview, type GuestScoresRow, type PictureRow } from '../../src/projections/preview.ts'
import { replay } from '../../src/projections/preview-replay.ts'
import { emptyPicture } from '../../src/scoring/preview.ts'
import { foldAll, rowsOf } from '../projections/fold-all.ts'
import {
  aGuestId,
  anEventId,
  appendSteps,
  asFacts,
  eventSteps,
  guestSteps,
  type Step,
} from '../support/facts.ts'
import { MemoryEventStore, MemoryLog } from '../support/memory-event-store.ts'
import { memoryVault } from '../support/memory-vault.ts'
import { anyHappenings, factsOf } from './histories.ts'

/** The same counts, taken the slow way: every opening is kept, with its latest score and verdict. */
function recount(facts: readonly Fact[]) {
  const openings = new Map<
    string,
    { score: number | null; ruleSet: string; verdict: string | null; kind: string }
  >()
  const change = (attemptId: string, known: object): void => {
    const before = openings.get(attemptId) ?? { score: null, ruleSet: '', verdict: null, kind: '' }
    openings.set(attemptId, { ...before, ...known })
  }
  let { thresholds } = emptyPicture
  for (const { type, data } of facts) {
    if (type === 'AccessAttempted') change(data.attemptId, { kind: data.deferred ? 'unscored' : '' })
    if (type === 'AccessAllowlisted') change(data.attemptId, { kind: 'allowlisted' })
    if (type === 'AccessScored' || type === 'AccessRescored')
      change(data.attemptId, { kind: 'scored', score: data.score, ruleSet: data.ruleSet })
    if (type === 'VerdictGiven') change(data.attemptId, { verdict: data.verdict })
    if (type === 'VerdictWithdrawn') change(data.attemptId, { verdict: null })
    if (type === 'ThresholdsChanged') thresholds = data.to
  }
  const all = [...openings.values()]
  const byScore = (verdicts: readonly (string | null)[]): number[] =>
    emptyPicture.scores.map(
      (_, score) => all.filter((one) => one.score === score && verdicts.includes(one.verdict)).length,
    )
  const ruleSets = Map.groupBy(
    all.filter(({ kind }) => kind === 'scored'),
    ({ ruleSet }) => ruleSet,
  )
  return {
    scores: byScore([null, 'legitimate', 'suspicious']),
    legitimate: byScore(['legitimate']),
    suspicious: byScore(['suspicious']),
    unscored: all.filter(({ kind }) => kind === 'unscored').length,
    allowlisted: all.filter(({ kind }) => kind === 'allowlisted').length,
    ruleSets: Object.fromEntries([...ruleSets].map(([id, own]) => [id, own.length])),
    thresholds,
  }
}

/** The worst score and the place on the list of each guest, taken the slow way. */
function worstOf(facts: readonly Fact[]) {
  const guests = Map.groupBy(
    facts.filter(({ stream }) => stream.includes('-guest.')),
    ({ stream }) => stream.slice(-26),
  )
  return Object.fromEntries(
    [...guests].map(([guestId, own]) => {
      const scores = new Map<string, number>()
      let listed = false
      for (const { type, data } of own) {
        if (type === 'AccessScored' || type === 'AccessRescored') scores.set(data.attemptId, data.score)
        if (type === 'GuestInvited') listed = true
        if (type === 'GuestRemoved' || type === 'GuestForgotten') listed = false
      }
      return [guestId, { worst: scores.size === 0 ? null : Math.max(...scores.values()), listed }]
    }),
  )
}

const folded = (facts: readonly Fact[]) => {
  const guests = rowsOf(preview, facts, 'guests') as GuestScoresRow[]
  const [row] = rowsOf(preview, facts, 'pictures') as PictureRow[]
  return {
    picture: row?.picture ?? emptyPicture,
    guests: Object.fromEntries(
      guests.map(({ guest_id, scores, worst, listed }) => [guest_id, { scores, worst, listed }]),
    ),
  }
}

async function replayed(steps: readonly Step[]) {
  const log = createLog(new MemoryEventStore(new MemoryLog()), memoryVault())
  await appendSteps(log, steps)
  const facts: Fact[] = []
  for await (const page of log.category(eventCategory(anEventId()))) facts.push(...page)
  const { picture, guests } = await replay(log, anEventId())
  return { facts, picture, guests: Object.fromEntries(guests) }
}

describe('over random histories that the product could write', () => {
  it('the projection counts every opening once, by its latest score and verdict', () => {
    fc.assert(
      fc.property(anyHappenings(), (happenings) => {
        const facts = asFacts(factsOf(happenings))
        const { picture, guests } = folded(facts)
        expect(picture).toMatchObject(recount(facts))
        expect(guests).toMatchObject(worstOf(facts))
      }),
      { numRuns: 300 },
    )
  })

  it('what is kept equals what is replayed from the stream', async () => {
    await fc.assert(
      fc.asyncProperty(anyHappenings(), async (happenings) => {
        const { facts, ...again } = await replayed(factsOf(happenings))
        expect(again).toEqual(folded(facts))
      }),
    )
  })

  it('rows that went through the database as JSON go on the same', () => {
    fc.assert(
      fc.property(anyHappenings(), (happenings) => {
        const { picture, guests } = folded(asFacts(factsOf(happenings)))
        expect(JSON.parse(JSON.stringify({ picture, guests }))).toEqual({ picture, guests })
      }),
    )
  })
})

describe('the histories', () => {
  it('hold what the counts are about, in the states that matter', () => {
    const seen = new Set<string>()
    for (const happenings of fc.sample(anyHappenings(), { numRuns: 500, seed: 3 })) {
      const facts = factsOf(happenings).map(({ fact }) => fact)
      for (const { type, data } of facts) {
        seen.add(type)
        if (type === 'AccessScored' && data.late) seen.add(`late after ${String(data.verdict)}`)
        if (type === 'AccessRescored') seen.add(`rescored after ${String(data.verdict)}`)
        if (type === 'VerdictWithdrawn')
          seen.add(`${data.before} taken back, score ${String(data.score !== null)}`)
        if (type === 'VerdictGiven')
          seen.add(`${data.verdict} after ${String(data.before)}, score ${String(data.score !== null)}`)
      }
    }
    const known = ['legitimate', 'suspicious']
    const expected = [
      ...['AccessAllowlisted', 'ThresholdsChanged', 'GuestRemoved', 'GuestForgotten'],
      ...[...known, 'null'].flatMap((verdict) => [`late after ${verdict}`, `rescored after ${verdict}`]),
      ...known.flatMap((now) => [`${now} taken back, score true`, `${now} taken back, score false`]),
      // The same again is nothing: the note is the same too.
      ...known.flatMap((now) =>
        [...known, 'null']
          .filter((before) => before !== now)
          .flatMap((before) => [`${now} after ${before}, score true`, `${now} after ${before}, score false`]),
      ),
    ]
    expect(expected.filter((what) => !seen.has(what))).toEqual([])
  })
})

describe('the picture of an event', () => {
  const ada = guestSteps(0, 1)
  const pictureOf = (...steps: Step[]) => folded(asFacts(steps)).picture

  it('begins and ends with the facts that made it what it is', () => {
    const facts = [
      ada.invited(),
      ada.attempted(1),
      ada.scored(1),
      ada.touched(),
      eventSteps().thresholds(),
      ada.sent(),
    ]
    expect(pictureOf(...facts)).toMatchObject({ from: '3', to: '5', thresholdsVersion: 1 })
    expect(pictureOf(ada.invited(), ada.touched())).toEqual(emptyPicture)
  })

  it('stays as it is when the guest is removed or forgotten', () => {
    const opened = [ada.invited(), ada.attempted(1), ada.scored(1), ada.verdict(1)]
    expect(pictureOf(...opened, ada.removed())).toEqual(pictureOf(...opened))
    expect(pictureOf(...opened, ada.forgotten())).toEqual(pictureOf(...opened))
  })

  it('keeps nothing of what is personal, and events apart', () => {
    const other = guestSteps(1, 1)
    const tables = foldAll(preview, asFacts([ada.invited(), ada.scored(1), other.invited(), other.scored(2)]))
    expect([...(tables.get('pictures')?.keys() ?? [])]).toEqual([anEventId(0), anEventId(1)])
    expect(JSON.stringify([...(tables.get('guests')?.values() ?? [])].map(({ row }) => row))).not.toMatch(
      /Lyon|Guest 1|@/,
    )
  })
})

describe('the scores of a guest', () => {
  it('find the next worst when the worst opening is scored again, and none without openings', () => {
    const ada = guestSteps(0, 1)
    const worst = (...steps: Step[]) => folded(asFacts(steps)).guests[aGuestId(1)]?.worst
    const opened = [ada.scored(1, { score: 20 }), ada.scored(2, { score: 90 }), ada.scored(3, { score: 90 })]
    const down = (attempt: number, before: number) =>
      ada.rescored(attempt, { score: 10, before: { ruleSet: 'v1', score: before, band: 'block' } })
    expect(worst(ada.invited())).toBeNull()
    expect(worst(...opened)).toBe(90)
    expect(worst(...opened, down(2, 90))).toBe(90)
    expect(worst(...opened, down(2, 90), down(3, 90))).toBe(20)
  })
})
