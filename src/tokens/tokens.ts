import { createHmac, type KeyObject } from 'node:crypto'
import { newId } from '../kernel/ids.ts'
import type { Clock } from '../kernel/time.ts'
import type { KeyRing } from '../vault/key-ring.ts'
import { isStepUpCode, stepUpCode } from './code.ts'
import { issueToken, LIFETIME, verifyToken, type ClaimsOf, type Verified } from './jwt.ts'
import { issueLink, verifyLink, type LinkClaims } from './link.ts'
import { normalisePass, passCode, passCodes } from './pass.ts'
import { passKeys, signPass, type PassKey, type PassReading, type SignedPass } from './signed-pass.ts'
import { credentialOf } from './password.ts'
import { doorChecks } from './verified.ts'

export type { PassKey, PassReading, SignedPass } from './signed-pass.ts'
export type { LinkClaims } from './link.ts'
export type RsvpClaims = ClaimsOf<'rsvp'>
export type ScannerClaims = ClaimsOf<'scanner'>
export type Session = Verified<'session'>
export type DeviceClaims = ClaimsOf<'device'>

/** Everything that is signed or hashed with keys of the ring. A token that does not verify is null, whatever is wrong with it. */
export interface Tokens {
  issueLink(claims: LinkClaims): string
  verifyLink(token: string): LinkClaims | null
  issueSession(hostId: string): Promise<string>
  /** @returns times in milliseconds since the epoch, in whole seconds */
  verifySession(token: string): Promise<Session | null>
  issueRsvp(claims: RsvpClaims): Promise<string>
  verifyRsvp(token: string): Promise<RsvpClaims | null>
  issueChallenge(claims: RsvpClaims): Promise<string>
  verifyChallenge(token: string): Promise<RsvpClaims | null>
  /** The six digits that are sent to the address on file. */
  stepUpCode(challengeId: string): string
  isStepUpCode(challengeId: string, typed: string): boolean
  /**
   * The ticket of a gate: the same text whenever it is asked for again, while the master key is the same.
   * @param from, until milliseconds since the epoch
   */
  issueScanner(claims: ScannerClaims, from: number, until: number): Promise<string>
  /** @returns `expiresAt` in milliseconds since the epoch */
  verifyScanner(token: string): Promise<(ScannerClaims & { readonly expiresAt: number }) | null>
  /** Salt of the key that a device keeps its manifest under: 16 bytes, the same for every answer to a ticket. */
  manifestSalt(ticketId: string): Buffer
  /** Good for one change of the password: it is bound to the one that is to be replaced. `validFor` in milliseconds. */
  issueReset(hostId: string, passwordHash: string): Promise<{ token: string; validFor: number }>
  /** @returns the host and what `credentialOf` has to give for the present password */
  verifyReset(token: string): Promise<{ hostId: string; credential: string } | null>
  credentialOf(passwordHash: string): string
  /** For the device on which a host has signed in. `validFor` in milliseconds. */
  issueDevice(claims: DeviceClaims): Promise<{ token: string; validFor: number }>
  /** @returns times in milliseconds since the epoch, in whole seconds */
  verifyDevice(token: string): Promise<Verified<'device'> | null>
  /** The code a party shows at the door. It dies with the link it was earned with. */
  passCode(link: LinkClaims): string
  /** @returns the codes under every key of the ring, the present one first */
  passCodes(link: LinkClaims): readonly string[]
  /** @returns the code in its one form, null for what cannot be a code */
  normalisePassCode(typed: string): string | null
  /** What the QR code of a guest holds: signed, so that it is checked without us. @param claims `validUntil` in milliseconds */
  signPass(claims: SignedPass): string
  /** Reads whatever was scanned. The caller compares the version with the guest's stream, and the time. */
  readPass(scanned: string, eventId: string): PassReading
  /** The public keys that passes are signed with, that of the active master key first. */
  passKeys(): readonly PassKey[]
  /** @returns a keyed hash that stands for whatever was scanned, to notice the same text again */
  scanDigest(scanned: string): string
  /** @returns names by which an address is looked up; it is reserved under the first */
  emailDigests(email: string): readonly string[]
  /** @returns a keyed hash of a request, to notice an idempotency key used for two requests */
  requestDigest(body: string): string
}

/** As long as a block that is hashed needs at least: https://www.rfc-editor.org/rfc/rfc5869#section-3.1 */
const SALT_BYTES = 16

/** 128 bits: enough that two addresses never meet, short enough for the name of a stream. */
const DIGEST_CHARACTERS = 32

/** @param addressKeys as `openAddressIndex` answers: they outlive the master keys, all else is derived from the ring */
export function createTokens(ring: KeyRing, clock: Clock, addressKeys: readonly KeyObject[]): Tokens {
  const door = doorChecks(ring)
  const passHolder = ({ eventId, guestId, version }: LinkClaims) => ({
    eventId,
    guestId,
    passVersion: version,
  })
  return {
    issueLink: (claims) => issueLink(ring, claims),
    verifyLink: (token) => verifyLink(ring, token),
    issueSession: (hostId) => issueToken(ring, 'session', { hostId, sessionId: newId() }, clock.now()),
    verifySession: (token) => verifyToken(ring, 'session', token, clock.now()),
    issueRsvp: (claims) => issueToken(ring, 'rsvp', claims, clock.now()),
    verifyRsvp: (token) => verifyToken(ring, 'rsvp', token, clock.now()),
    issueChallenge: (claims) => issueToken(ring, 'challenge', claims, clock.now()),
    verifyChallenge: (token) => verifyToken(ring, 'challenge', token, clock.now()),
    stepUpCode: (challengeId) => stepUpCode(ring, challengeId),
    isStepUpCode: (challengeId, typed) => isStepUpCode(ring, challengeId, typed),
    issueScanner: (claims, from, until) => issueToken(ring, 'scanner', claims, from, until),
    verifyScanner: (token) => door.ticket(token, clock.now()),
    async issueReset(hostId, passwordHash) {
      const content = { hostId, credential: credentialOf(passwordHash) }
      return { token: await issueToken(ring, 'reset', content, clock.now()), validFor: LIFETIME.reset }
    },
    verifyReset: (token) => verifyToken(ring, 'reset', token, clock.now()),
    credentialOf,
    issueDevice: async (claims) => ({
      token: await issueToken(ring, 'device', claims, clock.now()),
      validFor: LIFETIME.device,
    }),
    verifyDevice: (token) => verifyToken(ring, 'device', token, clock.now()),
    manifestSalt: (ticketId) =>
      createHmac('sha256', ring.subkey('manifest')).update(ticketId).digest().subarray(0, SALT_BYTES),
    signPass: (claims) => signPass(ring, claims),
    readPass: (scanned, eventId) => door.pass(scanned, eventId),
    passKeys: () => passKeys(ring),
    scanDigest: (scanned) =>
      createHmac('sha256', ring.subkey('pass')).update(`scan\u0000${scanned}`).digest('hex').slice(0, 16),
    passCode: (link) => passCode(ring, passHolder(link)),
    passCodes: (link) => passCodes(ring, passHolder(link)),
    normalisePassCode: normalisePass,
    emailDigests: (email) => [
      ...new Set(
        addressKeys.map((key) =>
          createHmac('sha256', key).update(email).digest('hex').slice(0, DIGEST_CHARACTERS),
        ),
      ),
    ],
    requestDigest: (body) =>
      createHmac('sha256', ring.subkey('idempotency')).update(body).digest('hex').slice(0, DIGEST_CHARACTERS),
  }
}
