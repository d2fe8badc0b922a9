import type { ActivityItem } from '../contracts/activity.ts'
import type { Band } from '../events/guest.ts'
import type { FactType } from '../events/registry.ts'
import type { JsonValue } from '../eventstore/port.ts'
import { guestColumns, timeOf, type FactOfType, type GuestRef } from './projection.ts'

export type ActivityKind = ActivityItem['kind']

/** One line of the monitor in codes and numbers: the words are chosen when it is read. */
export type ActivityRow = {
  readonly event_id: string
  readonly guest_id: string
  readonly item_id: string
  readonly kind: ActivityKind
  readonly at: string
  /** Position of the fact it began with: its place in the list. */
  readonly listed_at: string
  /** Position of the last fact that changed it: its place in the live feed. */
  readonly told_at: string
  /** What the sentence needs beside the columns; nothing personal. */
  readonly details: { readonly [name: string]: JsonValue }
  readonly score: number | null
  readonly band: Band | null
  readonly decision: 'allowed' | 'blocked' | 'challenged' | null
  readonly rule_set: string | null
  readonly sub_scores: Readonly<Record<string, number>> | null
  readonly reasons: { code: string; params: Record<string, number> }[]
  /** Personal from here on. */
  readonly place: {
    readonly city: string | null
    readonly country: string | null
    /** Degrees, to the tenth; null together. */
    readonly lat: number | null
    readonly lon: number | null
  } | null
  readonly reason_places: { readonly before: string | null; readonly now: string | null } | null
  readonly device: string | null
  /** What the host said of an opening, the latest; null before the first. Notes are personal. */
  readonly verdict: Verdict | null
  /** Position of the latest verdict, its place in the list of verdicts. */
  readonly verdict_at: string | null
  /** What the score was when the opening was decided, once it was scored again. */
  readonly scored_before: { readonly score: number; readonly ruleSet: string; readonly band: Band } | null
}

/** Null where the host took it back. */
type Said = 'legitimate' | 'suspicious' | null

export interface Verdict {
  readonly [field: string]: JsonValue
  readonly verdict: Said
  readonly at: string
  readonly by: string
  readonly note: string | null
  /** Earlier ones, the latest first. */
  readonly history: { verdict: Said; at: string; by: string }[]
}

/**
 * Flagged openings that no host has judged, or of which the verdict was taken back; not those from a device that somebody
 * had vouched for. In the words of the index, which PostgreSQL uses only for a query that says the same.
 */
export const AWAITS_VERDICT = `kind = 'opening' AND band IN ('high', 'block') AND verdict ->> 'verdict' IS NULL AND details ->> 'vouched' IS NULL`

export type PersonRow = { readonly event_id: string; readonly guest_id: string; readonly name: string | null }

/** An item as its first fact makes it. */
export const begin = (fact: FactOfType<FactType>, item_id: string, kind: ActivityKind): ActivityRow =>
  beginFor(guestColumns(fact), fact, item_id, kind)

/** @param of whom it is about; an empty guest for what is about nobody */
export function beginFor(
  of: GuestRef,
  fact: FactOfType<FactType>,
  item_id: string,
  kind: ActivityKind,
): ActivityRow {
  return {
    ...of,
    item_id,
    kind,
    at: timeOf(fact),
    listed_at: String(fact.position),
    told_at: String(fact.position),
    details: {},
    score: null,
    band: null,
    decision: null,
    rule_set: null,
    sub_scores: null,
    reasons: [],
    place: null,
    reason_places: null,
    device: null,
    verdict: null,
    verdict_at: null,
    scored_before: null,
  }
}
