import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { KeyRing } from '../vault/key-ring.ts'

/** What people copy from one device to another without a mistake. */
const DIGITS = 6

/**
 * The code of a challenge. It is derived, not stored: whoever reads the log or the database does not learn it.
 * @returns six digits
 */
export function stepUpCode(ring: KeyRing, challengeId: string): string {
  return codeUnder(ring.subkey('code'), challengeId)
}

/** Whether a typed code is that of the challenge, under any key of the ring; takes the same time for every six digits. */
export function isStepUpCode(ring: KeyRing, challengeId: string, typed: string): boolean {
  const digits = typed.replace(/[\s-]/g, '')
  // Also keeps the two texts equally long in bytes, without which they cannot be compared.
  if (!/^[0-9]{6}$/.test(digits)) return false
  return ring
    .subkeys('code')
    .map((key) => timingSafeEqual(Buffer.from(codeUnder(key, challengeId)), Buffer.from(digits)))
    .includes(true)
}

/** 48 bits of the MAC: the bias of the remainder is below 1 in 10^8. */
function codeUnder(key: KeyObject, challengeId: string): string {
  const number = createHmac('sha256', key).update(challengeId).digest().readUIntBE(0, 6)
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}
