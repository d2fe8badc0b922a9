import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivedId } from '../../src/kernel/ids.ts'
import { isStepUpCode, stepUpCode } from '../../src/tokens/code.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'

const OLD = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const NEW = Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - at))
const ring = new KeyRing([OLD])
const CHALLENGE = '01JD0000000000000CHALLENG1'
const OTHER = '01JD0000000000000CHALLENG2'

const challenges = fc.string().map((text) => derivedId(text))

/** Computed apart from this code with Python's hmac. */
test.each([
  [CHALLENGE, '109493'],
  [OTHER, '995062'],
  ['01JD0000000000000000000161', '000366'],
])('the code of %s is %s today and in every later version', (challengeId, code) => {
  expect(stepUpCode(ring, challengeId)).toBe(code)
})

test('a code is six digits, and is right for its challenge', () => {
  fc.assert(
    fc.property(challenges, (challengeId) => {
      const code = stepUpCode(ring, challengeId)
      expect(code).toMatch(/^[0-9]{6}$/)
      expect(isStepUpCode(ring, challengeId, code)).toBe(true)
    }),
  )
})

test('the code of one challenge is wrong for another', () => {
  expect(isStepUpCode(ring, OTHER, stepUpCode(ring, CHALLENGE))).toBe(false)
})

test('every other six digits are wrong', () => {
  const code = Number(stepUpCode(ring, CHALLENGE))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), (number) => {
      const typed = String(number).padStart(6, '0')
      expect(isStepUpCode(ring, CHALLENGE, typed)).toBe(number === code)
    }),
  )
})

test('spaces and dashes between the digits do not matter', () => {
  const code = stepUpCode(ring, CHALLENGE)
  const [head, tail] = [code.slice(0, 3), code.slice(3)]
  for (const typed of [`${head} ${tail}`, `${head}-${tail}`, ` ${code} `]) {
    expect(isStepUpCode(ring, CHALLENGE, typed), typed).toBe(true)
  }
})

test('what is not six digits is wrong, and never an error', () => {
  const code = stepUpCode(ring, CHALLENGE)
  const fullWidth = Array.from(code, (digit) => String.fromCharCode(0xfee0 + digit.charCodeAt(0))).join('')
  for (const typed of [
    '',
    code.slice(1),
    `${code}0`,
    `0${code}`,
    `${code.slice(0, 5)}é`,
    fullWidth,
    '🎉🎉🎉',
  ]) {
    expect(isStepUpCode(ring, CHALLENGE, typed), typed).toBe(false)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (typed) => {
      fc.pre(typed.replace(/[\s-]/g, '') !== code)
      expect(isStepUpCode(ring, CHALLENGE, typed)).toBe(false)
    }),
  )
})

test('codes are spread evenly: no first digit is more likely than another', () => {
  const counts = new Map<string, number>()
  for (let at = 0; at < 20_000; at++) {
    const [first = ''] = stepUpCode(ring, derivedId(String(at)))
    counts.set(first, (counts.get(first) ?? 0) + 1)
  }
  expect(counts.size).toBe(10)
  // Five standard deviations of a fair draw; the ids are fixed, so this never changes from run to run.
  for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(5 * 42.5)
})

test('a code that is on its way stays right while the master key is rotated, and not after the old key is gone', () => {
  const sent = stepUpCode(ring, CHALLENGE)
  const rotated = new KeyRing([NEW, OLD])
  expect(stepUpCode(rotated, CHALLENGE)).not.toBe(sent)
  expect(isStepUpCode(rotated, CHALLENGE, sent)).toBe(true)
  expect(isStepUpCode(rotated, CHALLENGE, stepUpCode(rotated, CHALLENGE))).toBe(true)
  expect(isStepUpCode(new KeyRing([NEW]), CHALLENGE, sent)).toBe(false)
})
