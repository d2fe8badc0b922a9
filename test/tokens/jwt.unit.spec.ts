import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { DAY, MINUTE, SECOND } from '../../src/kernel/time.ts'
import {
  CLOCK_TOLERANCE,
  issueToken,
  verifyToken,
  type Audience,
  type ClaimsOf,
} from '../../src/tokens/jwt.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'

const OLD = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const NEW = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at))
const ring = new KeyRing([OLD])
const NOW = Date.UTC(2026, 5, 1, 18)
const HOST = '01JD00000000000000000HAST1'
const EVENT = '01JD0000000000000000EVENT1'
const GUEST = '01JD00000000000000000GAST1'

const contents: { [A in Audience]: ClaimsOf<A> } = {
  session: { hostId: HOST, sessionId: '01JD00000000000000000SESS1' },
  rsvp: { eventId: EVENT, guestId: GUEST, attemptId: 'a-1', linkVersion: 1 },
  challenge: { eventId: EVENT, guestId: GUEST, attemptId: 'a-1', linkVersion: 1 },
  scanner: { eventId: EVENT, ticketId: 't-1', gate: 'Main entrance', role: 'door' },
  reset: { hostId: HOST, credential: 'digest' },
  device: { hostId: HOST, deviceId: '01JD00000000000000000DEV01' },
}
const audiences = Object.keys(contents) as Audience[]

function issue(audience: Audience): Promise<string> {
  return issueToken(ring, audience, contents[audience], NOW)
}

describe.each(audiences)('a %s token', (audience) => {
  test('gives back what it was made for', async () => {
    expect(await verifyToken(ring, audience, await issue(audience), NOW)).toMatchObject({
      ...contents[audience],
      issuedAt: NOW,
    })
  })

  test('verifies as no other audience', async () => {
    const token = await issue(audience)
    for (const other of audiences.filter((one) => one !== audience)) {
      expect(await verifyToken(ring, other, token, NOW), other).toBeNull()
    }
  })

  test('signed with the key of another audience is refused even when it claims this one', async () => {
    for (const other of audiences.filter((one) => one !== audience)) {
      const forged = await new SignJWT({ gg: contents[audience] })
        .setProtectedHeader({ alg: 'HS256', kid: ring.activeId })
        .setIssuer('guestguard')
        .setAudience(audience)
        .setIssuedAt(NOW / SECOND)
        .setExpirationTime(NOW / SECOND + 60)
        .sign(ring.subkey(other))
      expect(await verifyToken(ring, audience, forged, NOW), other).toBeNull()
    }
  })

  test('is refused with any bit changed', async () => {
    const token = await issue(audience)
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 0, max: 6 }), async (at, bit) => {
        const code = token.charCodeAt(at) ^ (1 << bit)
        const changed = token.slice(0, at) + String.fromCharCode(code) + token.slice(at + 1)
        // The last character of a base64url part may carry spare bits; the same bytes are the same token.
        if (sameBytes(changed, token)) return
        expect(await verifyToken(ring, audience, changed, NOW)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})

function sameBytes(one: string, other: string): boolean {
  const bytes = (token: string): string =>
    token
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join()
  return bytes(one) === bytes(other)
}

test.each([
  ['session', 7 * DAY],
  ['rsvp', 30 * MINUTE],
  ['reset', 30 * MINUTE],
  ['device', 365 * DAY],
] as const)('a %s token ends after its time and the clock tolerance', async (audience, lifetime) => {
  const token = await issue(audience)
  const end = NOW + lifetime + CLOCK_TOLERANCE * SECOND
  expect(await verifyToken(ring, audience, token, end - SECOND)).not.toBeNull()
  expect(await verifyToken(ring, audience, token, end)).toBeNull()
})

test('a scanner ticket ends when its issuer says', async () => {
  const token = await issueToken(ring, 'scanner', contents.scanner, NOW, NOW + 5 * MINUTE)
  expect((await verifyToken(ring, 'scanner', token, NOW))?.expiresAt).toBe(NOW + 5 * MINUTE)
  expect(await verifyToken(ring, 'scanner', token, NOW + 6 * MINUTE)).toBeNull()
})

const HEADER = { alg: 'HS256', kid: ring.activeId }
const CLAIMS = {
  gg: contents.session,
  iss: 'guestguard',
  aud: 'session',
  iat: NOW / SECOND,
  exp: NOW / SECOND + 60,
}

/** Signs by hand with the session key, so that nothing but the named difference can be the reason of a refusal. */
function signed(header: object, payload: object, hash: 'sha256' | 'sha512' = 'sha256'): string {
  const text = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${createHmac(hash, ring.subkey('session')).update(text).digest('base64url')}`
}

test('a token signed by hand as the product does is accepted', async () => {
  expect(await verifyToken(ring, 'session', signed(HEADER, CLAIMS), NOW)).toMatchObject(contents.session)
})

test.each([
  ['no signature', new UnsecuredJWT(CLAIMS).encode()],
  ['another algorithm', signed({ ...HEADER, alg: 'HS512' }, CLAIMS, 'sha512')],
  ['no key id', signed({ alg: 'HS256' }, CLAIMS)],
  ['an unknown key id', signed({ ...HEADER, kid: '0123456789ab' }, CLAIMS)],
  ['another issuer', signed(HEADER, { ...CLAIMS, iss: 'somebody' })],
  ['another audience', signed(HEADER, { ...CLAIMS, aud: 'scanner' })],
  ['no end', signed(HEADER, { ...CLAIMS, exp: undefined })],
  ['no beginning', signed(HEADER, { ...CLAIMS, iat: undefined })],
  ['content of another kind', signed(HEADER, { ...CLAIMS, gg: contents.scanner })],
  ['content that nobody checks', signed(HEADER, { ...CLAIMS, gg: { ...contents.session, admin: true } })],
])('a token with %s is refused', async (_, token) => {
  expect(await verifyToken(ring, 'session', token, NOW)).toBeNull()
})

test('whatever text arrives as a token is refused without an error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
      ),
      async (text) => {
        expect(await verifyToken(ring, 'session', text, NOW)).toBeNull()
      },
    ),
  )
})

test('a token outlives the rotation of the master key, until the old key is taken away', async () => {
  const token = await issue('session')
  expect(await verifyToken(new KeyRing([NEW, OLD]), 'session', token, NOW)).not.toBeNull()
  expect(await verifyToken(new KeyRing([NEW]), 'session', token, NOW)).toBeNull()
})
