import { z } from 'zod'
import { band, id, instant, line } from './common.ts'
import {
  answered,
  checkInResult,
  conflictKind,
  doorFields,
  lastArrival,
  nonce,
  refusal,
  strangerReason,
  turnAwayReason,
  turnedAway,
} from './door.ts'

/*
 * The offline half of the door: the manifest that a device keeps to check passes by itself, and the queue that it sends
 * when it can. See docs/door.md.
 */

/** A position in the log, decimal; larger than JSON numbers are exact. */
const cursor = z.string().regex(/^\d{1,18}$/, 'is not a cursor')

/** `GET /api/check-in/manifest` */
export const manifestQuery = z.strictObject({
  /** `cursor` of the answer before; without it everything is sent from the beginning. */
  since: cursor.optional(),
  deviceId: doorFields.deviceId,
  limit: z.coerce.number().int().min(1).max(5_000).default(2_000),
})

export const manifestGuest = z.object({
  id,
  /** Null once erased or removed. */
  name: z.string().nullable(),
  /** `expected` may enter; the others are here so that the device can say why not. */
  admission: z.enum(['expected', 'not_attending', 'removed']),
  /** People with a seat, the guest included; 0 without one. */
  expected: z.int(),
  arrived: z.int(),
  /** Of those who come along. */
  names: z.array(z.string()),
  /** The one version of the pass that is good; null when none is. Any other version is `pass_revoked`. */
  passVersion: z.int().nullable(),
  /**
   * Of the codes that can be typed instead of the pass, hashed: the first 12 bytes, in base64url, of the SHA-256 of
   * `<eventId>:<code>` as UTF-8, the code in its one form `XXXXX-XXXXX`. One, or a few after keys were rotated.
   */
  codes: z.array(z.string()),
  risk: band.nullable(),
  lastArrival: lastArrival.nullable(),
  /** Always sent; missing where a device kept the guest before it was. */
  turnedAway: turnedAway.nullable().optional(),
  /** Null while the guest has not answered; likewise. */
  answered: answered.nullable().optional(),
})
export type ManifestGuest = z.infer<typeof manifestGuest>

export const manifest = z.object({
  /** Drop every guest known so far before taking these in: it is the beginning, whatever `since` said. */
  reset: z.boolean(),
  /** Guests that are new or changed since; each replaces what was known of its id. */
  guests: z.array(manifestGuest),
  /** To ask with next time. */
  cursor,
  /** More is waiting: ask again at once. The manifest is complete when this is false. */
  more: z.boolean(),
  /**
   * Seats for guests who are on no list, as online: none while somebody waits for one; null without a limit. Always sent; missing
   * from servers before it was.
   */
  seatsLeft: z.int().nullable().optional(),
  /** Guests of the event in all, to compare with what the device has once nothing more is waiting. */
  total: z.int(),
  event: z.object({
    id,
    name: z.string(),
    eventDate: z.string(),
    timezone: z.string(),
    venue: z.string().nullable(),
    /** False: everybody is refused with `event_not_open`. */
    doorsOpen: z.boolean(),
    walkIns: z.boolean(),
    /** A pass has expired when both its own time and this one are over: an event that was put off keeps its passes. */
    passesValidUntil: z.string(),
  }),
  gate: z.string(),
  /** Those that sign passes now, and those that signed earlier ones. */
  keys: z.array(
    z.object({
      /** Byte 1 of a pass: 0 to 255. Two keys may share one; try both. */
      id: z.int(),
      algorithm: z.literal('Ed25519'),
      /** 32 bytes, base64url without padding. */
      publicKey: z.string(),
    }),
  ),
  /**
   * How what is kept on the device is encrypted; the ticket itself is the secret and is kept apart from it. See
   * docs/door.md, "At rest".
   */
  encryption: z.object({
    scheme: z.literal('HKDF-SHA-256/AES-256-GCM'),
    /** Names the key: data that was kept under another one is thrown away. */
    keyId: z.string(),
    /** 16 bytes, base64url without padding; the same for every answer to this ticket. */
    salt: z.string(),
  }),
  /** The server's clock now, to notice a device whose clock is wrong. */
  serverTime: z.string(),
  /** End of the ticket: from then on the manifest is not used and is deleted. */
  expiresAt: z.string(),
})
export type Manifest = z.infer<typeof manifest>

/** Most items of one batch; a queue that is longer is sent in several, in order. */
export const MAX_BATCH = 100

/**
 * How much of a scanned text is kept in the queue, in characters: a longer one is no pass, and what is cut off makes it none.
 * A batch of the longest stays under the 256 kB that a request may have.
 */
export const MAX_QUEUED_TEXT = 300

const common = { scannedAt: instant, deviceId: doorFields.deviceId, nonce }

/**
 * One scan of the queue. Exactly one of `pass`, `code`, `guestId` and `walkIn` says whom it is about; beside a `pass` or `code`
 * of somebody who was admitted, `guestId` is whom the device took it for.
 */
export const batchItem = z
  .strictObject({
    ...common,
    ...doorFields.subject,
    code: doorFields.scanned.max(MAX_QUEUED_TEXT).optional(),
    pass: doorFields.scanned.max(MAX_QUEUED_TEXT).optional(),
    /**
     * Beside `pass` or `code`, used only when that is a code which leads to nobody any more, since the guest got a new link: the
     * arrival is then recorded as the conflict `not_admissible`, with the refusal `pass_revoked`.
     */
    guestId: id.optional(),
    /**
     * The ticket under which the scan was made, when another one uploads it. The gate of the scan is that of this ticket, also of
     * a revoked one or one that has run out; of the ticket that uploads when this is none of the event.
     */
    ticketId: id.optional(),
    /** A guest who was added at the door. */
    walkIn: z.strictObject({ name: line(120) }).optional(),
    /** What the device did. Those who were let in are inside: that is recorded whatever the rules say. */
    outcome: z.enum(['admitted', 'refused', 'turned_away']),
    /** Of `admitted`. */
    arrivalCount: doorFields.scan.arrivalCount,
    /** Of `admitted`: how many of the party the device knew to be inside when it let these in. */
    arrivedBefore: z.int().min(0).max(10_000).optional(),
    /** Of `refused`: what the device said. */
    refusal: z.union([refusal, strangerReason]).optional(),
    /** Of `turned_away`. */
    reason: turnAwayReason.optional(),
    note: line(200).nullish(),
  })
  .refine(
    ({ code, pass, guestId, walkIn }) => {
      const shown = [code, pass, walkIn].filter((each) => each !== undefined).length
      return shown === 1 || (shown === 0 && guestId !== undefined)
    },
    { error: 'takes exactly one of code, pass, guestId and walkIn' },
  )
  .refine(
    ({ code, pass, guestId, walkIn, outcome }) =>
      guestId === undefined ||
      (walkIn === undefined && (outcome === 'admitted' || (code ?? pass) === undefined)),
    { path: ['guestId'], error: 'stands beside code or pass only, of somebody who was admitted' },
  )
  .refine(({ outcome, reason }) => outcome !== 'turned_away' || reason !== undefined, {
    path: ['reason'],
    error: 'is missing',
  })
  .refine(({ outcome, walkIn }) => walkIn === undefined || outcome === 'admitted', {
    path: ['walkIn'],
    error: 'is only for somebody who was admitted',
  })
export type BatchItem = z.input<typeof batchItem>

/**
 * `POST /api/check-in/batch`. Items are read one by one: one that is malformed is answered as such and the others go on.
 */
export const batchBody = z.strictObject({ items: z.array(z.unknown()).min(1).max(MAX_BATCH) })

/**
 * - `accepted`: recorded now
 * - `duplicate`: was recorded before under this nonce; nothing changed
 * - `conflict`: recorded now, and the host is told: see `reason`
 * - `rejected`: will never be recorded, see `reason`; show it to people, do not send it again
 * - `retry`: could not be recorded now; send this one again, with the same nonce
 */
export const batchStatus = z.enum(['accepted', 'duplicate', 'conflict', 'rejected', 'retry'])

export const batchAnswer = z.object({
  /** One for each item, in their order. */
  items: z.array(
    z.object({
      index: z.int(),
      /** Null when the item had none that could be read. */
      nonce: z.string().nullable(),
      status: batchStatus,
      /** What a check-in would have answered, null for what was not recorded and for refusals. */
      result: checkInResult.nullable(),
      checkInId: z.string().nullable(),
      /** Of a conflict and of a rejection; `malformed` when the item cannot be read, with `detail`. */
      reason: z
        .union([conflictKind, strangerReason, z.enum(['malformed', 'walk_ins_off', 'refused'])])
        .nullable(),
      /** Of the conflict `not_admissible`: what was against it. Always sent; missing from servers before it was. */
      refusal: refusal.nullable().optional(),
      /** A sentence for people. */
      detail: z.string().nullable(),
    }),
  ),
})
export type BatchAnswer = z.infer<typeof batchAnswer>
