import type { ActivityItem } from '../../contracts/activity.ts'
import { unreachable } from '../../kernel/errors.ts'
import { BAND_LABELS } from '../../scoring/bands.ts'
import { joinPlaces } from '../../scoring/reasons.ts'
import { ruleSets } from '../../scoring/rules/registry.ts'
import { contributions } from '../../scoring/score.ts'
import { sentence } from '../../scoring/wording.ts'
import type { ActivityRow } from '../activity-row.ts'

/** A row with what other tables know of its guest: null where there is nothing, or nothing any more. */
export type ToldRow = ActivityRow & {
  readonly name: string | null
  readonly note: string | null
  readonly plus_one_names: readonly string[] | null
  /** Of the arrival that was undone, or made the conflict. */
  readonly arrival: ActivityRow['details'] | null
}

/** A row with the name of the guest, in words for hosts. Worded when it is read, so that the words can change. */
export function activityItemOf(row: ToldRow): ActivityItem {
  return {
    id: row.item_id,
    position: row.told_at,
    kind: row.kind,
    at: row.at,
    cameAt: cameAt(row),
    guest: row.guest_id === '' ? null : { id: row.guest_id, name: row.name },
    sentence: sentenceOf(row, row.guest_id === '' ? 'Somebody' : (row.name ?? 'An erased guest')),
    score: row.score,
    band: row.band,
    label: labelOf(row),
    decision: row.decision,
    ruleSet: row.rule_set,
    subScores: row.sub_scores === null ? null : { ...row.sub_scores },
    points: pointsOf(row),
    reasons: joinPlaces(row.reasons, row.reason_places).map(sentence),
    place: row.place,
    device: row.device,
    note: row.note,
    plusOneNames: [...(row.plus_one_names ?? [])],
    allowlisted: row.details['allowlisted'] === true,
    ...(row.details['vouched'] === true ? { vouched: true as const } : {}),
    verdict: row.verdict?.verdict ?? null,
    verdictNote: row.verdict?.note ?? null,
    before: row.scored_before,
  }
}

function pointsOf({ rule_set, sub_scores }: ActivityRow): ActivityItem['points'] {
  const ruleSet = ruleSets.find(({ id }) => id === rule_set)
  if (ruleSet === undefined || sub_scores === null) return null
  return Object.fromEntries(contributions(ruleSet, sub_scores).map(({ signal, points }) => [signal, points]))
}

function labelOf(row: ActivityRow): ActivityItem['label'] {
  if (row.kind !== 'opening') return null
  if (row.details['allowlisted'] === true) return 'Trusted network'
  return row.band === null ? 'Unscored' : BAND_LABELS[row.band]
}

function sentenceOf(row: ToldRow, name: string): string {
  switch (row.kind) {
    case 'opening':
      return openingSentence(row, name)
    case 'rsvp':
      return answerSentence(row, name)
    case 'promotion':
      return `${name} moved from the waiting list to a seat${party(row)}`
    case 'check_in':
      return `${name} checked in${count(row)} at ${text(row, 'gate')}${row.details['offline'] === true ? ' (offline scan)' : ''}`
    case 'check_in_refused':
      return `${name} was not let in at ${text(row, 'gate')}: ${refusals[text(row, 'reason')] ?? text(row, 'reason')}${row.details['last'] === true ? '; more of that follows unrecorded' : ''}`
    case 'check_in_conflict':
      return conflictSentence(row, name)
    case 'check_in_conflict_settled':
      return settledSentence(row, name)
    case 'check_in_undone':
      return undoneSentence(row, name)
    default:
      return unreachable(row.kind)
  }
}

/** Of a doubtful opening the link is spoken of, not the guest: who opened it is what is in doubt. */
function openingSentence(row: ActivityRow, name: string): string {
  const place = row.place?.city ?? countryName(row.place?.country ?? null)
  const from = place === null ? '' : ` from ${place}`
  const opened = `${name} opened the invitation${from}`
  const linkOpened = `${name}'s link was opened${from}`
  if (row.details['allowlisted'] === true) return `${opened} on a network you trust`
  if (row.band === null) return `${opened}, not scored yet`
  switch (row.details['code']) {
    case 'passed':
      return `${opened} and entered the code that was sent to them`
    case 'sent':
      return `${linkOpened}, and a code was sent to ${name}`
    case 'failed':
      return `${linkOpened}, and a wrong code was entered`
    default:
      break
  }
  switch (row.decision) {
    case 'blocked':
      return `${linkOpened}, and stopped`
    case 'challenged':
      return `${linkOpened}, and a code was asked for`
    case 'allowed':
    case null:
      return row.band === 'high' ? linkOpened : opened
    default:
      return unreachable(row.decision)
  }
}

function answerSentence(row: ActivityRow, name: string): string {
  const status = text(row, 'status')
  if (row.details['walkIn'] === true) {
    return `${name} came without being on the list${party(row)}${status === 'confirmed' ? '' : ', and there was no seat left'}`
  }
  switch (status) {
    case 'confirmed':
      return `${name} accepted${party(row)}`
    case 'waitlisted':
      return `${name} accepted and is on the waiting list${party(row)}`
    case 'maybe':
      return `${name} may come${party(row)}`
    case 'declined':
      return `${name} declined`
    default:
      return `${name} answered: ${status}`
  }
}

function undoneSentence({ arrival, ...row }: ToldRow, name: string): string {
  if (arrival === null) return `A check-in of ${name} was undone`
  const of = { ...row, details: arrival }
  return `A check-in of ${name}${count(of)} at ${text(of, 'gate')} was undone`
}

function conflictSentence(row: ActivityRow, name: string): string {
  const { gates } = row.details
  const where = Array.isArray(gates) ? [...new Set(gates.map(String))].join(' and ') : ''
  switch (text(row, 'reason')) {
    case 'admitted_twice':
      return `${name} was let in twice, at ${where}, by scanners that did not know of each other`
    case 'more_than_expected':
      return `More people of ${name}'s party were let in at ${where} than have a seat`
    default: {
      const refusal = text(row, 'refusal')
      return `${name} was let in at ${where} without a connection, and should not have been: ${refusals[refusal] ?? refusal}`
    }
  }
}

function settledSentence({ arrival, details }: ToldRow, name: string): string {
  const where = typeof arrival?.['gate'] === 'string' ? ` at ${arrival['gate']}` : ''
  const which = `The conflict about the arrival of ${name}${where}`
  return details['how'] === null ? `${which} was opened again` : `${which} was settled: it stays as it is`
}

const refusals: Readonly<Record<string, string>> = {
  not_attending: 'not on the list of those who come',
  removed: 'no longer on the guest list',
  party_complete: 'the whole party is already inside',
  event_not_open: 'the event is not open',
  pass_revoked: 'the pass was replaced by a newer one',
  pass_expired: 'the pass has expired',
  pass_unknown: 'no guest has this pass',
  pass_unreadable: 'this is no pass',
  pass_forged: 'the pass is forged',
  pass_other_event: 'the pass is for another event',
  wrong_person: 'staff say it is not this guest',
  no_identification: 'nothing to show who it is',
  behaviour: 'because of how they behaved',
  other: 'another reason, which staff did not name',
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

function countryName(code: string | null): string | null {
  return code !== null && /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code
}

function cameAt(row: ActivityRow): string | null {
  return text(row, 'cameAt') === '' ? null : text(row, 'cameAt')
}

function text({ details }: ActivityRow, name: string): string {
  const value = details[name]
  return typeof value === 'string' ? value : ''
}

function party({ details }: ActivityRow): string {
  const size = details['partySize']
  return typeof size === 'number' && size > 1 ? `, party of ${String(size)}` : ''
}

function count({ details }: ActivityRow): string {
  const people = details['arrivalCount']
  return typeof people === 'number' && people > 1 ? `, ${String(people)} people,` : ''
}
