import type { KeyObject, webcrypto } from 'node:crypto'
import { errors, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { z } from 'zod'
import { ULID_PATTERN } from '../kernel/ids.ts'
import { DAY, MINUTE, SECOND } from '../kernel/time.ts'
import { UnknownMasterKey, type KeyRing } from '../vault/key-ring.ts'

const ISSUER = 'guestguard'
/** Pinned: a token that names another algorithm, or none, is refused (RFC 8725, section 3.1). */
const ALGORITHM = 'HS256'
/** How far the clocks of two machines of one installation may differ, in seconds. */
export const CLOCK_TOLERANCE = 30

/** Given a `KeyObject`, jose imports the key anew for each token. */
const cryptoKeys = new WeakMap<KeyObject, webcrypto.CryptoKey>()

function cryptoKeyOf(key: KeyObject): webcrypto.CryptoKey {
  let known = cryptoKeys.get(key)
  if (known === undefined) {
    known = key.toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    cryptoKeys.set(key, known)
  }
  return known
}

const id = z.string().regex(ULID_PATTERN)

/** What each kind of token says. Unknown members are refused: a token holds nothing that nobody checks. */
const claims = {
  /** A host who is logged in; `sessionId` is what signing out ends. */
  session: z.strictObject({ hostId: id, sessionId: id }),
  /** A guest between opening the invitation and answering; ends when the link is issued anew. */
  rsvp: z.strictObject({
    eventId: id,
    guestId: id,
    attemptId: z.string().min(1),
    linkVersion: z.int().min(0),
  }),
  /** A guest who was asked for a code, until it is entered; good for nothing else. */
  challenge: z.strictObject({
    eventId: id,
    guestId: id,
    attemptId: z.string().min(1),
    linkVersion: z.int().min(0),
  }),
  /** Door staff at one gate of one event; `ticketId` is what the host revokes. */
  scanner: z.strictObject({
    eventId: id,
    ticketId: z.string().min(1),
    gate: z.string().min(1),
    role: z.literal('door'),
  }),
  /** A host who forgot the password. `credential` stops matching once a password is set, so it works once. */
  reset: z.strictObject({ hostId: id, credential: z.string().min(1) }),
  /** A device on which the account of a host was signed in; it says whose tries are counted apart, and admits to nothing. */
  device: z.strictObject({ hostId: id, deviceId: id }),
}

export type Audience = keyof typeof claims
export type ClaimsOf<A extends Audience> = z.infer<(typeof claims)[A]>

/** How long a token of each kind is valid, in ms. A scanner ticket ends with the event, which its issuer says. */
export const LIFETIME = {
  session: 7 * DAY,
  rsvp: 30 * MINUTE,
  challenge: 30 * MINUTE,
  reset: 30 * MINUTE,
  /** Many hosts sign in once a year, for the same party. */
  device: 365 * DAY,
  scanner: 1 * DAY,
} as const

/** A token that was checked. Times are epoch ms, in whole seconds. */
export type Verified<A extends Audience> = ClaimsOf<A> & {
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * @param now epoch ms
 * @param expiresAt epoch ms, default `now + LIFETIME[audience]`
 * @returns a JWT signed with the key of its audience: even where the audience is not looked at, no kind of token
 *   verifies as another
 */
export async function issueToken<A extends Audience>(
  ring: KeyRing,
  audience: A,
  content: ClaimsOf<A>,
  now: number,
  expiresAt: number = now + LIFETIME[audience],
): Promise<string> {
  return new SignJWT({ gg: claims[audience].parse(content) })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: ring.activeId })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt(Math.floor(now / SECOND))
    .setExpirationTime(Math.floor(expiresAt / SECOND))
    .sign(cryptoKeyOf(ring.subkey(audience)))
}

/**
 * @param now epoch ms
 * @returns null when the token is malformed, altered, expired, of another audience, or made under an unknown key
 */
export async function verifyToken<A extends Audience>(
  ring: KeyRing,
  audience: A,
  token: string,
  now: number,
): Promise<Verified<A> | null> {
  try {
    const keyOf = (header: JWTHeaderParameters) => cryptoKeyOf(ring.subkey(audience, header.kid ?? ''))
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience,
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
      requiredClaims: ['iat', 'exp'],
    })
    const { iat, exp, gg } = envelope.parse(payload)
    // The schema was chosen by the audience; the compiler cannot follow that through the index.
    const content = claims[audience].parse(gg) as ClaimsOf<A>
    return { ...content, issuedAt: iat * SECOND, expiresAt: exp * SECOND }
  } catch (error) {
    if (
      error instanceof errors.JOSEError ||
      error instanceof UnknownMasterKey ||
      error instanceof z.ZodError
    ) {
      return null
    }
    throw error
  }
}

const envelope = z.object({ iat: z.number(), exp: z.number(), gg: z.unknown() })
