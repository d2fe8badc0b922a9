import type {
  CheckIn,
  GuestCommand,
  Invite,
  Open,
  Policy,
  Scan,
  ScoreLate,
  TouchKind,
} from '../../../src/commands/guest/commands.ts'
import { guestDecider } from '../../../src/commands/guest/decider.ts'
import type { InvitedGuest } from '../../../src/commands/guest/state.ts'
import type { NewGuestFact, Place } from '../../../src/events/guest.ts'
import type { Baseline } from '../../../src/scoring/baseline.ts'
import { DEFAULT_THRESHOLDS } from '../../../src/scoring/bands.ts'
import type { RuleSet } from '../../../src/scoring/score.ts'
import { definedOf } from '../../../src/kernel/defined.ts'
import { given, NOW } from '../../support/decider-spec.ts'

export const ann = { name: 'Ann', email: 'ann@example.com', phone: '+491711234567', externalRef: 'A-1' }

export const invite = (change: Partial<Invite> = {}): Invite => ({
  kind: 'invite',
  ...ann,
  plusOnesAllowed: 2,
  utmSource: 'friends',
  batchId: null,
  ...change,
})

type ChangeDetails = Extract<GuestCommand, { kind: 'change_details' }>

/** @param ifChanges the number of changes that whoever edits has seen; null: any */
export const changeDetails = (
  changes: ChangeDetails['changes'],
  ifChanges: number | null = null,
): ChangeDetails => ({ kind: 'change_details', changes, ifChanges })

export const invited = {
  type: 'GuestInvited',
  data: { plusOnesAllowed: 2, utmSource: 'friends', batchId: null },
  personal: ann,
} as const
export const removed = { type: 'GuestRemoved', data: {} } as const
export const forgotten = { type: 'GuestForgotten', data: {} } as const
export const linkIssued = (version: number) => ({ type: 'LinkIssued', data: { version } }) as const
export const linkRevoked = (version: number) => ({ type: 'LinkRevoked', data: { version } }) as const

export const nobody = given(guestDecider)
/** Ann with her first link. */
export const guest = nobody.events(invited, linkIssued(1))
export const removedGuest = guest.events(removed)
export const forgottenGuest = guest.events(forgotten)

export function stateOf(spec: typeof guest): InvitedGuest {
  const { state } = spec
  if (state.kind === 'missing') throw new Error('there is no guest')
  return state
}

export const lagos: Place = { country: 'NG', city: 'Lagos', lat: 6.4541, lon: 3.3947, accuracyKm: 10 }
export const paris: Place = { country: 'FR', city: 'Paris', lat: 48.8566, lon: 2.3522, accuracyKm: 10 }

/** A rule set whose score is whatever the function makes of the baseline, 0 to 100. */
export const ruleOf = (score: (baseline: Baseline) => number): RuleSet => ({
  id: 'test',
  signals: [{ signal: { name: 'repeated_access', measure: score, explain: () => null }, weight: 100 }],
  cap: { strongFrom: 101, strongNeeded: 0, highest: 100 },
})

/** The default thresholds, no codes, and rules that find nothing. */
export const policy = (change: Partial<Policy> = {}): Policy => ({
  ruleSet: ruleOf(() => 0),
  shadow: null,
  thresholds: DEFAULT_THRESHOLDS,
  thresholdsVersion: 0,
  stepUp: { high: false, blocked: false },
  ...change,
})

/** A policy whose score is `score` for whoever opens. */
export const scoring = (score: number, change: Partial<Policy> = {}): Policy =>
  policy({ ruleSet: ruleOf(() => score), ...change })

export const open = (change: Partial<Open> = {}): Open => ({
  kind: 'open',
  attemptId: 'a1',
  linkVersion: 1,
  at: NOW,
  ip: '203.0.113.9',
  userAgent: 'Safari',
  fingerprint: { screen: '390x844' },
  place: lagos,
  policy: policy(),
  allowedBy: null,
  ...change,
})

export const scoreLate = (change: Partial<ScoreLate> = {}): ScoreLate => ({
  kind: 'score_late',
  attemptId: 'a1',
  place: lagos,
  policy: policy(),
  ...change,
})

export const touch = (kind: TouchKind, at = NOW, linkVersion = 1): GuestCommand => ({
  kind: 'touch',
  touch: kind,
  at,
  linkVersion,
  ip: '203.0.113.9',
  userAgent: 'WhatsApp/2',
})

/** @param change of the scan, too */
export const checkIn = (change: Partial<CheckIn & Scan> = {}): CheckIn => {
  const { gate, ticketId, deviceId, nonce, scannedAt, offline, ...rest } = change
  return {
    kind: 'check_in',
    checkInId: 'c1',
    arrivalCount: 1,
    via: 'pass',
    arrivedBefore: null,
    at: NOW,
    expected: 3,
    doorsOpen: true,
    passVersion: 1,
    passExpired: false,
    ...rest,
    scan: {
      ...scan,
      ...definedOf({ gate, ticketId, deviceId, nonce, scannedAt, offline }),
    },
  }
}

export const scan: Scan = {
  gate: 'north',
  ticketId: 't1',
  deviceId: 'phone-1',
  nonce: 'n1',
  scannedAt: '2026-06-01T18:00:00Z',
  offline: false,
}

export type FactOfType<T extends NewGuestFact['type']> = Extract<NewGuestFact, { type: T }>

/** @returns the one fact of a type among those a command led to */
export function only<T extends NewGuestFact['type']>(facts: readonly NewGuestFact[], type: T): FactOfType<T> {
  const found = facts.filter((fact): fact is FactOfType<T> => fact.type === type)
  const [fact] = found
  if (fact === undefined || found.length > 1) throw new Error(`${String(found.length)} facts are ${type}`)
  return fact
}
