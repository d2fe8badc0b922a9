import { z } from 'zod'
import { personalFact, plainFact, type HappenedOf, type NewFactOf } from './fact.ts'
import { guestOf, guestSubject } from './streams.ts'
import { bandSchema, thresholdsSchema } from './terms.ts'

const ofGuest = (stream: string) => {
  const { eventId, guestId } = guestOf(stream)
  return guestSubject(eventId, guestId)
}

const contact = {
  name: z.string(),
  email: z.string().nullable(),
  /** E.164. */
  phone: z.string().nullable(),
  /** The guest's id in the system the host imported from. */
  externalRef: z.string().nullable(),
}

const channel = z.enum(['email', 'sms'])

const verdict = z.enum(['legitimate', 'suspicious'])

const place = z.strictObject({
  country: z.string().nullable(),
  city: z.string().nullable(),
  /** Degrees; `lat` and `lon` are null together. */
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  /** Radius that the data source gives for its coordinates, in kilometres. */
  accuracyKm: z.number().nullable(),
})

/** What a rule set said of an opening. */
const score = {
  attemptId: z.string(),
  ruleSet: z.string(),
  score: z.int(),
  subScores: z.record(z.string(), z.number()),
  /** Codes with numbers; the places they speak of are sealed. */
  reasons: z.array(z.strictObject({ code: z.string(), params: z.record(z.string(), z.number()) })),
  band: bandSchema,
  /** The thresholds the band was taken from, so that it can be explained after they change. */
  thresholds: thresholdsSchema,
  thresholdsVersion: z.int(),
  /** What the host had said of the opening by then, so that counts by verdict follow from the facts alone. */
  verdict: verdict.nullable(),
}

const reasonPlaces = z.strictObject({ before: z.string().nullable(), now: z.string().nullable() }).nullable()

const refusal = z.enum([
  'not_attending',
  'removed',
  'party_complete',
  'event_not_open',
  'pass_revoked',
  'pass_expired',
])

/** Which scan at the door it was. */
const scan = {
  gate: z.string(),
  /** Null before tickets were recorded. */
  ticketId: z.string().nullable(),
  deviceId: z.string(),
  /** Made by the device for one scan; the same nonce again is the same scan. */
  nonce: z.string(),
  /** By the device's clock. */
  scannedAt: z.iso.datetime(),
  /** The device decided by itself, and told us later. */
  offline: z.boolean(),
}

/** Facts of `event.<eventId>-guest.<guestId>`: one guest's invitation, link, openings and arrival. */
export const guestFacts = [
  personalFact(
    'GuestInvited',
    z.strictObject({
      plusOnesAllowed: z.int(),
      utmSource: z.string().nullable(),
      /** The import that brought the guest, null when added by hand. */
      batchId: z.string().nullable(),
    }),
    z.strictObject(contact),
    ofGuest,
  ),
  /** Only what changed. */
  personalFact(
    'GuestDetailsChanged',
    z.strictObject({ plusOnesAllowed: z.int(), utmSource: z.string().nullable() }).partial(),
    z.strictObject(contact).partial(),
    ofGuest,
  ),
  plainFact('GuestRemoved', z.strictObject({})),
  /** The host erased the guest's personal data; the key is deleted right after. */
  plainFact('GuestForgotten', z.strictObject({})),

  plainFact('LinkIssued', z.strictObject({ version: z.int() })),
  plainFact('LinkRevoked', z.strictObject({ version: z.int() })),

  plainFact('InvitationQueued', z.strictObject({ messageId: z.string(), channel })),
  plainFact('InvitationSent', z.strictObject({ messageId: z.string(), channel })),
  /** No further try will be made for this message. */
  plainFact('InvitationFailed', z.strictObject({ messageId: z.string(), channel, reason: z.string() })),

  /** A visit that is not scored: a preview, a scanner, or the page before the guest's gesture. */
  personalFact(
    'LinkTouched',
    z.strictObject({ kind: z.enum(['page', 'prefetch', 'unfurl', 'scanner']) }),
    z.strictObject({ ip: z.string().nullable(), userAgent: z.string().nullable() }),
    ofGuest,
  ),
  /** The guest's gesture. `data` keeps what scoring needs and identifies nobody; the rest is sealed. */
  personalFact(
    'AccessAttempted',
    z.strictObject({
      attemptId: z.string(),
      linkVersion: z.int(),
      hasUserAgent: z.boolean(),
      hasFingerprint: z.boolean(),
      /** Whether the score is still to come: the budget was spent and the guest went on unscored. */
      deferred: z.boolean(),
    }),
    z.strictObject({
      ip: z.string().nullable(),
      userAgent: z.string().nullable(),
      fingerprint: z.record(z.string(), z.string()).nullable(),
      fingerprintDigest: z.string().nullable(),
      ipPrefix: z.string().nullable(),
    }),
    ofGuest,
  ),
  personalFact(
    'AccessScored',
    z.strictObject({
      ...score,
      /** `challenged`: allowed once a code sent to the address on file was entered. */
      decision: z.enum(['allowed', 'blocked', 'challenged']),
      /** Scored after the guest had gone on, because the budget was spent. */
      late: z.boolean(),
    }),
    z.strictObject({
      place: place.nullable(),
      places: reasonPlaces,
    }),
    ofGuest,
  ),
  /**
   * What a rule set that only scores along says of an opening. A fact of its own: who scores without one writes nothing
   * for it, and nobody who reads decisions meets it.
   */
  plainFact(
    'AccessShadowScored',
    z.strictObject({
      attemptId: z.string(),
      ruleSet: z.string(),
      score: z.int(),
      subScores: z.record(z.string(), z.number()),
      /** What the rules in force said of the opening at the same time. */
      beside: z.strictObject({ ruleSet: z.string(), score: z.int() }),
    }),
  ),
  /** The opening came from a network that the host trusts: it has no score. */
  personalFact(
    'AccessAllowlisted',
    z.strictObject({ attemptId: z.string(), entryId: z.string() }),
    z.strictObject({ place: place.nullable() }),
    ofGuest,
  ),
  /** What another rule set, or the same one later, says of an opening. The decision of then stays as it was. */
  personalFact(
    'AccessRescored',
    z.strictObject({
      ...score,
      before: z.strictObject({ ruleSet: z.string(), score: z.int(), band: bandSchema }),
    }),
    z.strictObject({ places: reasonPlaces }),
    ofGuest,
  ),
  /** What the host knows of an opening; the latest counts. */
  personalFact(
    'VerdictGiven',
    z.strictObject({
      attemptId: z.string(),
      verdict,
      /** What the host had said before, null for the first time. */
      before: verdict.nullable(),
      /** The score of the opening by then, null while it had none. */
      score: z.int().nullable(),
    }),
    z.strictObject({ note: z.string().nullable() }),
    ofGuest,
  ),
  /** The host takes it back: from then on nothing is known of the opening, as before the first verdict. */
  plainFact(
    'VerdictWithdrawn',
    z.strictObject({
      attemptId: z.string(),
      /** The verdict that counted until then. */
      before: verdict,
      /** The score of the opening by then, null while it had none. */
      score: z.int().nullable(),
    }),
  ),
  /** A code goes to the address on file; the mail or text message is a reaction to this fact. */
  plainFact('StepUpRequested', z.strictObject({ attemptId: z.string(), challengeId: z.string(), channel })),
  plainFact('StepUpFailed', z.strictObject({ attemptId: z.string(), challengeId: z.string() })),
  /** Whoever opened the link has the guest's mail or phone: the opening counts, and its device is trusted. */
  plainFact('StepUpPassed', z.strictObject({ attemptId: z.string(), challengeId: z.string() })),

  plainFact(
    'GuestCheckedIn',
    z.strictObject({
      checkInId: z.string(),
      /** People who came in with this scan, as the gate says. */
      arrivalCount: z.int(),
      /** Those of them who were not counted with another arrival already. */
      counted: z.int(),
      ...scan,
      via: z.enum(['pass', 'code', 'name', 'walk_in']),
    }),
    {
      version: 2,
      upcasters: {
        1: (data) => ({ ...data, counted: data['arrivalCount'], ticketId: null, via: 'code' }),
      },
    },
  ),
  /** They are inside and should not have been let in: the host is told. Comes with the arrival `checkInId`. */
  plainFact(
    'CheckInConflicted',
    z.strictObject({
      checkInId: z.string(),
      kind: z.enum(['admitted_twice', 'more_than_expected', 'not_admissible']),
      /** What the device would have been told, null when nothing was against it. */
      refusal: refusal.nullable(),
      /** People with a seat by then. */
      expected: z.int(),
      /** All arrivals it is about, this one last. */
      arrivals: z.array(
        z.strictObject({
          checkInId: z.string(),
          gate: z.string(),
          deviceId: z.string(),
          scannedAt: z.iso.datetime(),
          count: z.int(),
        }),
      ),
    }),
  ),
  /** The host looked into the conflict of the arrival `checkInId`: it is open no more. */
  plainFact(
    'CheckInConflictSettled',
    z.strictObject({
      checkInId: z.string(),
      /** `left_as_is`: what was recorded is right, or does not matter. Nobody is counted differently. */
      how: z.enum(['left_as_is']),
    }),
  ),
  /** The host takes that back: the conflict is open again, as far as nothing else has settled it. */
  plainFact('CheckInConflictReopened', z.strictObject({ checkInId: z.string() })),
  plainFact('CheckInRefused', z.strictObject({ reason: refusal, ...scan }), {
    version: 2,
    upcasters: { 1: (data) => ({ ...data, ticketId: null, offline: false }) },
  }),
  /** Staff sent somebody away who could have entered. */
  personalFact(
    'GuestTurnedAway',
    z.strictObject({
      reason: z.enum(['wrong_person', 'no_identification', 'behaviour', 'other']),
      ...scan,
    }),
    z.strictObject({ note: z.string().nullable() }),
    ofGuest,
  ),
  plainFact(
    'CheckInUndone',
    z.strictObject({
      checkInId: z.string(),
      /** Other arrivals of the party that count for more now, because this one no longer does. */
      recounted: z.array(z.strictObject({ checkInId: z.string(), counted: z.int() })),
    }),
    { version: 2, upcasters: { 1: (data) => ({ ...data, recounted: [] }) } },
  ),
] as const

export type NewGuestFact = NewFactOf<(typeof guestFacts)[number]>
export type GuestHappened = HappenedOf<(typeof guestFacts)[number]>
export type Channel = z.infer<typeof channel>
export type Place = z.infer<typeof place>
export type { Band } from './terms.ts'
