import { known, type Envelope } from '../events/fact.ts'
import type { Place } from '../events/guest.ts'
import type { Fact } from '../events/registry.ts'
import { begin, type ActivityRow, type Verdict } from './activity-row.ts'
import { deviceOf } from './device.ts'
import { itemKeyOf, timeOf, type FactOfType, type Fold } from './projection.ts'

/** What the opening facts have in common. */
interface AboutOpening extends Envelope {
  readonly data: { readonly attemptId: string }
}

/** Something that is told of an opening after it began. */
const about = <F extends AboutOpening & Fact>(
  change: (fact: F, row: ActivityRow) => Partial<ActivityRow>,
): Fold<ActivityRow, F> => ({
  key: (fact) => itemKeyOf(fact, fact.data.attemptId),
  evolve: (row, fact) => {
    const before = row ?? begin(fact, fact.data.attemptId, 'opening')
    return { ...before, told_at: String(fact.position), ...change(fact, before) }
  },
})

function placeOf(place: Place | null): ActivityRow['place'] {
  if (place === null) return null
  const { city, country, lat, lon } = place
  return { city, country, lat: tenths(lat), lon: tenths(lon) }
}

const tenths = (degrees: number | null) => (degrees === null ? null : Math.round(degrees * 10) / 10)

const attempted: Fold<ActivityRow, FactOfType<'AccessAttempted'>> = {
  key: (fact) => itemKeyOf(fact, fact.data.attemptId),
  evolve: (_row, fact) => ({
    ...begin(fact, fact.data.attemptId, 'opening'),
    device: deviceOf(known(fact.personal, 'userAgent')),
  }),
}

const scored: Fold<ActivityRow, FactOfType<'AccessScored'>> = {
  key: (fact) => itemKeyOf(fact, fact.data.attemptId),
  evolve: (row, fact) => {
    const { attemptId, score, band, decision, ruleSet, subScores, reasons, late, vouched } = fact.data
    return {
      ...(row ?? begin(fact, attemptId, 'opening')),
      told_at: String(fact.position),
      details: vouched ? { late, vouched } : { late },
      score,
      band,
      decision,
      rule_set: ruleSet,
      sub_scores: subScores,
      reasons,
      place: placeOf(known(fact.personal, 'place')),
      reason_places: known(fact.personal, 'places'),
    }
  },
}

const allowlisted = about<FactOfType<'AccessAllowlisted'>>(({ personal }) => ({
  details: { allowlisted: true },
  decision: 'allowed',
  place: placeOf(known(personal, 'place')),
}))

const rescored = about<FactOfType<'AccessRescored'>>(({ data, personal }, row) => ({
  score: data.score,
  band: data.band,
  rule_set: data.ruleSet,
  sub_scores: data.subScores,
  reasons: data.reasons,
  reason_places: known(personal, 'places'),
  scored_before: row.scored_before ?? data.before,
}))

const judged = about<FactOfType<'VerdictGiven'>>((fact, row) =>
  said(fact, row, fact.data.verdict, known(fact.personal, 'note')),
)

const unjudged = about<FactOfType<'VerdictWithdrawn'>>((fact, row) => said(fact, row, null, null))

/** The newest word on an opening; what was said before is kept. */
function said(
  fact: Fact,
  { verdict: before }: ActivityRow,
  verdict: Verdict['verdict'],
  note: string | null,
): Pick<ActivityRow, 'verdict' | 'verdict_at'> {
  const history =
    before === null ? [] : [{ verdict: before.verdict, at: before.at, by: before.by }, ...before.history]
  return {
    verdict: { verdict, at: timeOf(fact), by: fact.actor, note, history },
    verdict_at: String(fact.position),
  }
}

const stepUp = <T extends 'StepUpRequested' | 'StepUpFailed'>(code: string) =>
  about<FactOfType<T>>((_fact, row) => ({ details: { ...row.details, code } }))

/** Whoever can read the guest's mail is the guest: the opening is cleared as if its device had been known. */
const passed = about<FactOfType<'StepUpPassed'>>((_fact, row) => ({
  details: { ...row.details, code: 'passed', vouched: true },
  decision: 'allowed',
}))

/** Everything that is told of openings, one row for each. */
export const openingFolds = {
  AccessAttempted: attempted,
  AccessScored: scored,
  AccessAllowlisted: allowlisted,
  AccessRescored: rescored,
  VerdictGiven: judged,
  VerdictWithdrawn: unjudged,
  StepUpRequested: stepUp<'StepUpRequested'>('sent'),
  StepUpFailed: stepUp<'StepUpFailed'>('failed'),
  StepUpPassed: passed,
} as const
