import { z } from 'zod'
import { arrivalFacts } from './arrivals.ts'
import { personalFact, plainFact, type HappenedOf, type NewFactOf, type SpecOptions } from './fact.ts'
import { ofGuest } from './guest-subject.ts'
import { bandSchema, thresholdsSchema } from './terms.ts'

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

/**
 * Somebody had vouched for the opening by then: the host for its device, or a code that reached the guest. Facts of the first
 * version do not tell, and say no.
 */
const vouched = z.boolean()
const vouchedSince2: SpecOptions = {
  version: 2,
  upcasters: { 1: (data) => ({ ...data, vouched: false }) },
}

const reasonPlaces = z.strictObject({ before: z.string().nullable(), now: z.string().nullable() }).nullable()

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
      /** The device is one that a host, or a code that reached the guest, had vouched for: it is not stopped. */
      vouched: z.boolean(),
    }),
    z.strictObject({
      place: place.nullable(),
      places: reasonPlaces,
    }),
    ofGuest,
    {
      version: 2,
      upcasters: {
        // Of what was let in anyway only this much can be told of then: of this band nobody else was.
        1: (data) => ({
          ...data,
          vouched: data['band'] === 'block' && data['decision'] === 'allowed' && data['late'] === false,
        }),
      },
    },
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
      vouched,
    }),
    z.strictObject({ places: reasonPlaces }),
    ofGuest,
    vouchedSince2,
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
      vouched,
    }),
    z.strictObject({ note: z.string().nullable() }),
    ofGuest,
    vouchedSince2,
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
      vouched,
    }),
    vouchedSince2,
  ),
  /** A code goes to the address on file; the mail or text message is a reaction to this fact. */
  plainFact('StepUpRequested', z.strictObject({ attemptId: z.string(), challengeId: z.string(), channel })),
  plainFact('StepUpFailed', z.strictObject({ attemptId: z.string(), challengeId: z.string() })),
  /** Whoever opened the link has the guest's mail or phone: the opening counts, and its device is trusted. */
  plainFact(
    'StepUpPassed',
    z.strictObject({
      attemptId: z.string(),
      challengeId: z.string(),
      /** The score of the opening by then, which is no risk any more; null where nobody wrote it down. */
      score: z.int().nullable(),
      /** What the host had said of it. */
      verdict: verdict.nullable(),
    }),
    { version: 2, upcasters: { 1: (data) => ({ ...data, score: null, verdict: null }) } },
  ),
  ...arrivalFacts,
] as const

export type NewGuestFact = NewFactOf<(typeof guestFacts)[number]>
export type GuestHappened = HappenedOf<(typeof guestFacts)[number]>
export type Channel = z.infer<typeof channel>
export type Place = z.infer<typeof place>
export type { Band } from './terms.ts'
