import { webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { create as createQr } from 'qrcode'
import { describe, expect, test } from 'vitest'
import { PASS } from '../../src/contracts/pass-format.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { HOUR } from '../../src/kernel/time.ts'
import { passKeys, readPass, signPass, type SignedPass } from '../../src/tokens/signed-pass.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'

const OLD = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const NEW = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at))
const ring = new KeyRing([OLD])
const pass: SignedPass = {
  eventId: '01JD0000000000000000EVENT1',
  guestId: '01JD00000000000000000GAST1',
  version: 1,
  validUntil: Date.UTC(2026, 5, 21, 19),
}
const SIGNED = signPass(ring, pass)
const LETTERS = Array.from(PASS.alphabet)

const passes = fc.record({
  eventId: fc.string().map((text) => derivedId(text)),
  guestId: fc.string().map((text) => derivedId(text)),
  version: fc.nat(65_535),
  validUntil: fc.nat(2 ** 24 - 1).map((hours) => hours * HOUR),
})

/** Printed in docs/door.md, for whoever writes another reader. */
const VECTOR =
  '085BENT1069M000000000000000021B7840021WDNEPSG8YQKV90R1FNG39YNQMMAB8JD3YN2M14ZCKD6FXV72TX9P9RBJ3SSK17ZWD4KSVZX8DXM5CG6SH5Y7JGN9Z0EP8DXDMW9GA7M484'
const PUBLIC_KEY = 'E_vWPKHtdmLbne8stZobPNJ2E96_rFfqAiqyKcfXPMQ'

describe('a pass', () => {
  test('says whose it is, which version and until when, for every guest', () => {
    fc.assert(
      fc.property(passes, (some) => {
        const { guestId, version, validUntil } = some
        const text = signPass(ring, some)
        expect(readPass(ring, text, some.eventId)).toEqual({ kind: 'genuine', guestId, version, validUntil })
      }),
      { numRuns: 50 },
    )
  })

  test('that was printed is the pass of every later version', () => {
    expect(SIGNED).toBe(VECTOR)
    const page = readFileSync(new URL('../../docs/door.md', import.meta.url), 'utf8')
    expect(page).toContain(VECTOR)
    expect(page).toContain(PUBLIC_KEY)
    expect(passKeys(ring)).toEqual([{ id: 10, publicKey: Buffer.from(PUBLIC_KEY, 'base64url') }])
  })

  test('rounds its end up to the hour', () => {
    const text = signPass(ring, { ...pass, validUntil: pass.validUntil - HOUR + 1 })
    expect(readPass(ring, text, pass.eventId)).toMatchObject({ validUntil: pass.validUntil })
  })

  test('fits a small QR code of capitals and digits, at an error correction for scratched screens', () => {
    const { version, segments } = createQr(SIGNED, { errorCorrectionLevel: 'M' })
    expect(version).toBe(6)
    // Runs of digits take even less.
    const modes = segments.map(({ mode }) => (mode as { id: string }).id)
    expect(modes.filter((mode) => mode !== 'Alphanumeric' && mode !== 'Numeric')).toEqual([])
  })

  test('opens nothing for a camera: it is no address', () => {
    expect(SIGNED).toMatch(/^[0-9A-Z]{144}$/)
    expect(URL.canParse(SIGNED)).toBe(false)
  })

  test('is read with white space around it and in small letters, as scanners that type may send it', () => {
    expect(readPass(ring, ` ${SIGNED.toLowerCase()}\r\n`, pass.eventId).kind).toBe('genuine')
  })

  test('is not made for half an id or a number that does not fit', () => {
    for (const wrong of [{ guestId: 'half' }, { eventId: '' }, { version: 65_536 }, { version: -1 }]) {
      expect(() => signPass(ring, { ...pass, ...wrong })).toThrow(RangeError)
    }
  })
})

test.each([
  ['before 1970', Date.parse('0226-06-20T19:00:00Z'), 0],
  ['past the last hour that it can name', Date.parse('9999-12-31T19:00:00Z'), (2 ** 24 - 1) * HOUR],
])('a pass for a date %s is good until the nearest hour it can name', (_, asked, validUntil) => {
  const scanned = signPass(ring, { ...pass, validUntil: asked })
  expect(readPass(ring, scanned, pass.eventId)).toMatchObject({ kind: 'genuine', validUntil })
})

describe('what is no pass', () => {
  test.each([
    ['nothing', ''],
    ['any other code', 'https://example.org/menu'],
    ['JSON with the id of a guest', JSON.stringify({ guestId: pass.guestId, eventId: pass.eventId })],
    ['the id of a guest', pass.guestId],
    ['a pass that lost a character', SIGNED.slice(1)],
    ['two passes', SIGNED + SIGNED],
    ['a pass with a letter that is none of the alphabet', `${SIGNED.slice(0, -1)}U`],
    ['bytes', '\0'.repeat(144)],
  ])('is told apart without cryptography: %s', (_, text) => {
    expect(readPass(ring, text, pass.eventId)).toEqual({ kind: 'no_pass' })
  })

  test('is anything that is not of its form, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(['no_pass', 'forged']).toContain(readPass(ring, text, pass.eventId).kind)
      }),
    )
  })
})

describe('a forged pass', () => {
  test('is one of the right form that nobody signed', () => {
    const letters = fc.constantFrom(...LETTERS)
    fc.assert(
      fc.property(fc.array(letters, { minLength: 144, maxLength: 144 }), (text) => {
        expect(readPass(ring, text.join(''), pass.eventId)).toEqual({ kind: 'forged' })
      }),
    )
  })

  test('is one with any character changed', () => {
    fc.assert(
      fc.property(fc.nat(143), fc.constantFrom(...LETTERS), (at, letter) => {
        fc.pre(SIGNED[at] !== letter)
        const changed = SIGNED.slice(0, at) + letter + SIGNED.slice(at + 1)
        expect(readPass(ring, changed, pass.eventId)).toEqual({ kind: 'forged' })
      }),
      { numRuns: 300 },
    )
  })

  test('is one that another installation signed', () => {
    expect(readPass(new KeyRing([NEW]), SIGNED, pass.eventId)).toEqual({ kind: 'forged' })
  })
})

test('a pass of another event is told from a forged one', () => {
  fc.assert(
    fc.property(passes, (other) => {
      fc.pre(other.eventId.slice(-4) !== pass.eventId.slice(-4))
      expect(readPass(ring, signPass(ring, other), pass.eventId)).toEqual({ kind: 'other_event' })
    }),
    { numRuns: 50 },
  )
})

test('a pass outlives the rotation of the master key, until the old key is taken away', () => {
  const rotated = new KeyRing([NEW, OLD])
  expect(readPass(rotated, SIGNED, pass.eventId).kind).toBe('genuine')
  expect(passKeys(rotated)).toHaveLength(2)
  const again = signPass(rotated, pass)
  expect(readPass(new KeyRing([NEW]), again, pass.eventId).kind).toBe('genuine')
  expect(readPass(new KeyRing([NEW]), SIGNED, pass.eventId).kind).toBe('forged')
})

test('a device verifies a pass with the public key and nothing else', async () => {
  const bits = Array.from(SIGNED, (one) => PASS.alphabet.indexOf(one).toString(2).padStart(5, '0')).join('')
  const bytes = Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => Number.parseInt(octet, 2))
  const { signature } = PASS
  const key = await webcrypto.subtle.importKey(
    'raw',
    Buffer.from(PUBLIC_KEY, 'base64url'),
    'Ed25519',
    false,
    ['verify'],
  )
  const signed = Buffer.concat([Buffer.from(PASS.signedPrefix), bytes.subarray(0, signature.from)])
  const verified = await webcrypto.subtle.verify('Ed25519', key, bytes.subarray(signature.from), signed)
  expect(verified).toBe(true)
})
