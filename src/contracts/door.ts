import { z } from 'zod'
import { band, id, instant, line, page, pageQuery, rsvpStatus } from './common.ts'

/*
 * The door. What its parts are for and how they follow each other stands in docs/door.md; what is queued and looked up
 * without a network is in door-offline.ts, the bytes of a pass are in pass-format.ts.
 */

const gate = line(40)
const deviceId = z.string().regex(/^[\w.-]{1,64}$/, 'takes letters, digits, dot, dash and underscore')
/** Made by the device for one scan; sent again, it is the same scan. */
export const nonce = z
  .string()
  .regex(/^[\w.-]{8,64}$/, 'takes 8 to 64 letters, digits, dots, dashes and underscores')
/** Whatever was scanned or typed. A QR code holds 4,296 characters at most. */
const scanned = z.string().min(1).max(4_296)

// Scanner tickets, for the host.

/** `POST /api/events/:id/scanner-ticket` */
export const scannerTicketBody = z.strictObject({
  gate: gate.default('Main entrance'),
  /** Default: 6 hours after the end of the event's day, 12 hours from now at least; 3 days past the default at most. */
  expiresAt: instant.optional(),
  /** Gives the live ticket of a gate of this name once more, if there is one, instead of making another. */
  reuse: z.boolean().default(false),
})
/** Also the answer of `GET /api/events/:id/scanner-tickets/:ticketId`: the same ticket, to be shown again. */
export const scannerTicket = z.object({
  ticketId: id,
  gate: z.string(),
  /** A JWT with the audience `scanner`: the bearer token of everything under /api/check-in, and good for nothing else. */
  ticket: z.string(),
  /** `<address>/scan#<ticket>`: in the fragment no server, proxy or referrer sees it. */
  url: z.string(),
  /** The URL as a QR code. */
  qrSvg: z.string(),
  expiresAt: z.string(),
})

export const scannerDevice = z.object({
  deviceId: z.string(),
  /** When the device first used the ticket, and last; within 10 minutes, or the second of its last arrival. */
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  /** People it let in, whether or not they count at another gate. */
  arrived: z.int(),
})
/** `GET /api/events/:id/scanner-tickets`, the newest first; `DELETE …/:ticketId` revokes one (204). */
export const scannerTicketList = z.object({
  items: z.array(
    z.object({
      ticketId: id,
      gate: z.string(),
      issuedAt: z.string(),
      expiresAt: z.string(),
      /** Null while it was not revoked. */
      revokedAt: z.string().nullable(),
      devices: z.array(scannerDevice),
    }),
  ),
})

/** `GET` and `PUT /api/events/:id/door`: whether the door may add guests. */
export const doorSettings = z.strictObject({ walkIns: z.boolean() })

// What a scan can come to.

/** Why a guest of this event may not enter now. The pass is genuine, or the guest was found by code or name. */
export const refusal = z.enum([
  'not_attending',
  'removed',
  'party_complete',
  'event_not_open',
  /** A newer pass or link was issued since, or the link was revoked. */
  'pass_revoked',
  'pass_expired',
])
export type Refusal = z.infer<typeof refusal>

/**
 * Why what was scanned leads to no guest of this event; the `code` of a 404. Each is recorded, bounded.
 * - `pass_unknown`: looks like a code or a genuine pass, and no guest here has it
 * - `pass_unreadable`: no pass at all, such as any other QR code
 * - `pass_forged`: the form of a pass without a signature of ours
 * - `pass_other_event`: a genuine pass for another event
 */
export const strangerReason = z.enum(['pass_unknown', 'pass_unreadable', 'pass_forged', 'pass_other_event'])
export type StrangerReason = z.infer<typeof strangerReason>

/** Why door staff sent somebody away. */
export const turnAwayReason = z.enum(['wrong_person', 'no_identification', 'behaviour', 'other'])
export type TurnAwayReason = z.infer<typeof turnAwayReason>

const party = z.object({
  /** People with a seat, 0 without one. */
  expected: z.int(),
  arrived: z.int(),
  /** Of those who come along. */
  names: z.array(z.string()),
})

/** `at` is when it happened: without a connection, before it was recorded. */
const happened = { at: z.string(), gate: z.string() }
export const lastArrival = z.object({ ...happened, count: z.int(), deviceId: z.string() })

/** Staff sent the party away, and nobody of it was let in since. */
export const turnedAway = z.object({ ...happened, reason: turnAwayReason })

/** What became of the guest's answer: why a guest without a seat has none. */
export const answered = rsvpStatus

const subject = {
  /** Typed or scanned. */
  code: scanned.optional(),
  /** The content of a scanned QR code; treated as `code` is. */
  pass: scanned.optional(),
  /** From a search by name or from the manifest, never from anything scanned. */
  guestId: id.optional(),
}
const onlyOne = (body: { code?: unknown; pass?: unknown; guestId?: unknown }) =>
  [body.code, body.pass, body.guestId].filter((each) => each !== undefined).length === 1
const ONE = { error: 'takes exactly one of code, pass and guestId' }

// Online, with a ticket as bearer token.

/**
 * `POST /api/check-in/preview`. Changes nothing, except that a refusal is recorded, however the guest was shown: once for a
 * nonce, and without a nonce once a minute for the same guest or text. Who only stands in the answer of a search is refused nothing.
 */
export const checkInPreviewBody = z
  .strictObject({ ...subject, deviceId: deviceId.optional(), nonce: nonce.optional() })
  .refine(onlyOne, ONE)

export const checkInPreview = z.object({
  guest: z.object({ id, name: z.string().nullable() }),
  party,
  risk: band.nullable(),
  /** Null when the party may enter. */
  refusal: refusal.nullable(),
  lastArrival: lastArrival.nullable(),
  /** Always sent; missing where a device kept the guest before it was. */
  turnedAway: turnedAway.nullable().optional(),
  /** Null while the guest has not answered; likewise. */
  answered: answered.nullable().optional(),
})
export type CheckInPreview = z.infer<typeof checkInPreview>

/** Beside what was scanned, what is known of a scan. */
const scan = {
  /** People who come in with this scan: one, the party, or any number that is still expected. */
  arrivalCount: z.int().min(1, 'is less than 1').max(100, 'is more than 100').default(1),
  /** By the device's clock. */
  scannedAt: instant,
  deviceId,
  nonce,
}

/** `POST /api/check-in` */
export const checkInBody = z
  .strictObject({
    ...subject,
    ...scan,
    /** The device let them in before it could ask: a fact, recorded whatever the rules say. */
    offline: z.boolean().optional(),
    /** With `offline`: how many of the party the device knew to be inside. Default: those it let in itself. */
    arrivedBefore: z.int().min(0).max(10_000).optional(),
  })
  .refine(onlyOne, ONE)

/**
 * - `admitted`: recorded now, or before with the same nonce
 * - `already_admitted`: the whole party is inside; `lastArrival` says when and where
 * - `refused`: see `reason`
 * - `conflict`: recorded, because they were let in, and the host is told why that should not have been
 */
export const checkInResult = z.enum(['admitted', 'already_admitted', 'refused', 'conflict'])

export const checkInAnswer = z.object({
  result: checkInResult,
  /** What an undo names; null when nobody was let in. */
  checkInId: z.string().nullable(),
  /** A `refusal`, or for a conflict one of `conflictKind`. */
  reason: z.string().nullable(),
  /** Of the conflict `not_admissible`: what was against it. Always sent; missing from servers before it was. */
  refusal: refusal.nullable().optional(),
  guest: z.object({ id, name: z.string().nullable() }),
  party,
  lastArrival: lastArrival.nullable(),
})
export type CheckInAnswer = z.infer<typeof checkInAnswer>

/** `POST /api/check-in/turn-away`, 204: staff refuse somebody with a good pass. The same nonce again is the same refusal. */
export const turnAwayBody = z
  .strictObject({
    ...subject,
    reason: turnAwayReason,
    /** Kept sealed with the guest's data. */
    note: line(200).nullish(),
    scannedAt: instant,
    deviceId,
    nonce,
  })
  .refine(onlyOne, ONE)

/**
 * `POST /api/check-in/walk-in`: adds a guest and lets the party in; answered as a check-in is. 403 `walk_ins_off`
 * unless the host allows it, 409 `event_full` without seats left.
 */
export const walkInBody = z.strictObject({ name: line(120), ...scan })

/** `GET /api/check-in/search`: parts of names, also of those who come along, in any case and without accents, 2 letters at least; 20 answers at most. */
export const doorSearchQuery = z.strictObject({
  q: line(80).pipe(z.string().min(2, 'has less than 2 letters')),
})
export const doorSearch = z.object({ items: z.array(checkInPreview) })

// For the host.

/** `GET /api/events/:id/arrivals` */
export const conflictKind = z.enum([
  /** Two devices let the same party in without knowing of each other: counted once. */
  'admitted_twice',
  /** More people than have a seat. */
  'more_than_expected',
  /** Would have been refused, had the device been able to ask; see `refusal`. */
  'not_admissible',
])

const person = z.object({ id, name: z.string().nullable() })

export const doorConflict = z.object({
  /** Of the arrival that made it a conflict. */
  checkInId: z.string(),
  guest: person,
  kind: conflictKind,
  refusal: refusal.nullable(),
  expected: z.int(),
  /** How many arrivals it is about. */
  involved: z.int(),
  /** Those arrivals in the order in which they were recorded; of more than 20 the first and the last ten. */
  arrivals: z.array(
    z.object({
      checkInId: z.string(),
      gate: z.string(),
      deviceId: z.string(),
      /** When they came in, by the device's clock. */
      scannedAt: z.string(),
      count: z.int(),
      undone: z.boolean(),
    }),
  ),
  /** When the server learned of it. */
  at: z.string(),
  /** The host has looked into it: how it was left, when, and by whom. Null where nobody did, or who did took it back. */
  settled: z.object({ how: z.enum(['left_as_is']), at: z.string(), by: z.string() }).nullable(),
  /** It is `settled`, or one of the arrivals was undone and nothing is wrong any more. */
  resolved: z.boolean(),
})

/** `arrived` are people who count there; `letIn` are more where another gate let some of them in too, and they count at that. */
const gateArrivals = z.object({ gate: z.string(), arrived: z.int(), letIn: z.int(), lastAt: z.string() })

const missingGuest = z.object({ guest: person, expected: z.int(), arrived: z.int() })

export const arrivals = z.object({
  /** People with a seat. Each of them is either `here` or among `missing.people`. */
  expected: z.int(),
  /** Everybody who is inside, expected or not: `here` and `unexpected` together. */
  arrived: z.int(),
  /** Those of the expected people who are inside. */
  here: z.int(),
  /** People inside without a seat: beyond those of their party, on the waitlist, or on the list no more. */
  unexpected: z.int(),
  parties: z.object({
    /** Parties with a seat. */
    expected: z.int(),
    /** Parties of which somebody is inside, with a seat or without. */
    arrived: z.int(),
    /** Parties with a seat of which everybody is inside, and those of which some are. */
    complete: z.int(),
    partly: z.int(),
  }),
  byGate: z.array(gateArrivals),
  /** From the first arrival to the last, without gaps; `from` is the start of 15 minutes. */
  byQuarterHour: z.array(z.object({ from: z.string(), arrived: z.int() })),
  /** The newest first, resolved ones after the others; 100 at most. */
  conflicts: z.array(doorConflict),
  /** When somebody came in last. */
  lastAt: z.string().nullable(),
  /** People and parties with a seat who are not all here; the first 50 by name. */
  missing: z.object({ people: z.int(), parties: z.int(), guests: z.array(missingGuest) }),
})

/** `GET /api/events/:id/arrivals/missing`: all of them, by name. */
export const missingQuery = pageQuery
export const missingPage = page(missingGuest)

/** What the parts of the door share with its offline half. */
export const doorFields = { deviceId, scanned, scan, subject }
