import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintDigest } from '../../src/scoring/fingerprint.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('the digest of a fingerprint', () => {
  it('is SHA-256 over its entries, sorted by key', () => {
    const fingerprint = { ua: 'A', screen: '390x844', lang: 'en-GB' }
    expect(fingerprintDigest(fingerprint)).toBe(sha256('lang=en-GB;screen=390x844;ua=A;'))
  })

  it('does not exist without a fingerprint, or for an empty one', () => {
    expect([fingerprintDigest(null), fingerprintDigest({})]).toEqual([null, null])
  })

  it('sorts by code point, where UTF-16 would put an emoji before a fullwidth letter', () => {
    expect(fingerprintDigest({ '😀': '1', ａ: '2' })).toBe(sha256('ａ=2;😀=1;'))
  })

  const fingerprints = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1 })

  it('does not depend on the order of the entries', () => {
    fc.assert(
      fc.property(fingerprints, (fingerprint) => {
        const reversed = Object.fromEntries(Object.entries(fingerprint).reverse())
        expect(fingerprintDigest(reversed)).toBe(fingerprintDigest(fingerprint))
      }),
    )
  })

  it('changes with any value', () => {
    fc.assert(
      fc.property(fingerprints, fc.nat(), (fingerprint, pick) => {
        const keys = Object.keys(fingerprint)
        const key = keys[pick % keys.length] ?? ''
        const changed = { ...fingerprint, [key]: `${fingerprint[key] ?? ''}x` }
        expect(fingerprintDigest(changed)).not.toBe(fingerprintDigest(fingerprint))
      }),
    )
  })
})
