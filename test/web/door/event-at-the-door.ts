import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { Manifest, ManifestGuest } from '@contracts/door-offline.ts'
import { PASS } from '@contracts/pass-format.ts'
import { ApiProblem } from '@shared/api/problem.ts'
import { hashOfCode } from '../../../web/src/door/offline/decide.ts'
import type { TicketKey } from '../../../web/src/door/offline/manifest-store.ts'

const HOUR = 3_600_000

export const EVENT_ID = '01JZEVENT00000000000000ABC'
export const NOON = Date.UTC(2027, 5, 19, 12)
export const DEVICE = 'phone-at-the-gate'

interface Signer {
  readonly id: number
  readonly publicKey: string
  readonly privateKey: KeyObject
}

/** A key pair as the server derives them. */
export function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const [id = 0] = createHash('sha256').update(raw).digest()
  return { id, publicKey: raw.toString('base64url'), privateKey }
}

export const signer = makeSigner()

export interface PassDetails {
  readonly guestId: string
  readonly version?: number
  readonly eventId?: string
  readonly validUntil?: number
  readonly format?: number
  readonly keyId?: number
  readonly by?: Signer
}

function ulidBytes(id: string): Buffer {
  let value = 0n
  for (const character of id) value = value * 32n + BigInt(PASS.alphabet.indexOf(character))
  return Buffer.from(value.toString(16).padStart(32, '0').slice(-32), 'hex')
}

/** A pass in the format of the contract, written here anew from its description. */
export function makePass({
  guestId,
  version = 1,
  eventId = EVENT_ID,
  validUntil = NOON + 12 * HOUR,
  format = PASS.format,
  by = signer,
  keyId = by.id,
}: PassDetails): string {
  const body = Buffer.alloc(PASS.signature.from)
  body[0] = format
  body[1] = keyId
  ulidBytes(eventId).copy(body, PASS.eventTag.from, 13)
  ulidBytes(guestId).copy(body, PASS.guestId.from)
  body.writeUInt16BE(version, PASS.version.from)
  body.writeUIntBE(Math.ceil(validUntil / HOUR), PASS.validUntil.from, 3)
  const signature = sign(null, Buffer.concat([Buffer.from(PASS.signedPrefix), body]), by.privateKey)
  return base32(Buffer.concat([body, signature]))
}

function base32(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (text.length < PASS.characters) {
    text = (PASS.alphabet[Number(value % 32n)] ?? '') + text
    value /= 32n
  }
  return text
}

export const guestIdOf = (number: number): string => `01JZGVEST${String(number).padStart(17, '0')}`
export const codeOf = (number: number): string => `AAAAA-${String(number).padStart(5, '0')}`

/** A party of two who may enter; `number` makes id, name and code. */
export async function makeGuest(number: number, more: Partial<ManifestGuest> = {}): Promise<ManifestGuest> {
  return {
    id: guestIdOf(number),
    name: `Guest Number${String(number)}`,
    admission: 'expected',
    expected: 2,
    arrived: 0,
    names: [],
    passVersion: 1,
    codes: [await hashOfCode(EVENT_ID, codeOf(number))],
    risk: 'low',
    lastArrival: null,
    ...more,
  }
}

/** An answer with these guests and nothing more to come. */
export function makeManifest(guests: readonly ManifestGuest[], more: Partial<Manifest> = {}): Manifest {
  return {
    reset: false,
    guests: [...guests],
    cursor: '100',
    more: false,
    total: guests.length,
    event: {
      id: EVENT_ID,
      name: 'Garden party',
      eventDate: new Date(NOON).toISOString(),
      timezone: 'Europe/Zurich',
      venue: null,
      doorsOpen: true,
      walkIns: true,
      passesValidUntil: new Date(NOON + 12 * HOUR).toISOString(),
    },
    gate: 'North gate',
    keys: [{ id: signer.id, algorithm: 'Ed25519', publicKey: signer.publicKey }],
    encryption: { scheme: 'HKDF-SHA-256/AES-256-GCM', keyId: 'ticket-1', salt: 'AAECAwQFBgcICQoLDA0ODw' },
    serverTime: new Date(NOON).toISOString(),
    expiresAt: new Date(NOON + 24 * HOUR).toISOString(),
    ...more,
  }
}

/** @param secret of the JWT: 32 bytes, made of one number */
export const makeTicket = (secret = 7, ticketId = 'ticket-1'): TicketKey => ({
  token: `e30.e30.${Buffer.alloc(32, secret).toString('base64url')}`,
  ticketId,
  eventId: EVENT_ID,
})

/** What a call is answered with that the server refuses. */
export const problem = (status: number, code = 'no'): ApiProblem =>
  new ApiProblem({ type: 'about:blank', title: 'No', status, detail: 'No.', code })
