import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { KeyRing } from '../vault/key-ring.ts'
import { CROCKFORD } from './ulid-bytes.ts'

/** Whose entry pass it is. Raising the version makes every earlier code of the guest invalid. */
export interface PassHolder {
  readonly eventId: string
  readonly guestId: string
  readonly passVersion: number
}

/** 10 characters of 5 bits. One guess at an event of 10,000 guests hits with a chance of 1 in 10^11. */
const LENGTH = 10

/**
 * @returns the code a guest shows or says at the door, such as `7K3QM-X09TZ`; two guests of one event may, once in
 *   some 10^7 events of 10,000 guests, get the same code: whoever stores codes checks for that
 */
export function passCode(ring: KeyRing, holder: PassHolder): string {
  return codeUnder(ring.subkey('pass'), holder)
}

/** The codes under every master key of the ring, that of the active one first: a rotation invalidates no printed pass. */
export function passCodes(ring: KeyRing, holder: PassHolder): readonly string[] {
  return ring.subkeys('pass').map((key) => codeUnder(key, holder))
}

/** Whether a typed or scanned code is a pass of this guest. The comparison takes the same time for every wrong code. */
export function isPassOf(ring: KeyRing, holder: PassHolder, typed: string): boolean {
  const code = normalisePass(typed)
  if (code === null) return false
  return passCodes(ring, holder).some((valid) => timingSafeEqual(Buffer.from(valid), Buffer.from(code)))
}

const CODE = /^[0-9A-HJKMNP-TV-Z]{10}$/

/**
 * Reads a code as people type it: any case, spaces and dashes anywhere, O for 0, I or L for 1.
 * @returns the code as `passCode` writes it, or null when it cannot be one
 */
export function normalisePass(typed: string): string | null {
  // Longer input is no code; cutting it off first keeps the work small.
  if (typed.length > 40) return null
  const plain = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}_.]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  return CODE.test(plain) ? grouped(plain) : null
}

function codeUnder(key: KeyObject, { eventId, guestId, passVersion }: PassHolder): string {
  const mac = createHmac('sha256', key)
    .update(`${eventId}\u0000${guestId}\u0000${String(passVersion)}`)
    .digest()
  let code = ''
  for (let at = 0; at < LENGTH; at++) code += CROCKFORD[mac.readUInt8(at) & 31] ?? ''
  return grouped(code)
}

function grouped(plain: string): string {
  return `${plain.slice(0, LENGTH / 2)}-${plain.slice(LENGTH / 2)}`
}
