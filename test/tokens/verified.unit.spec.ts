import { expect, test } from 'vitest'
import { HOUR } from '../../src/kernel/time.ts'
import { issueToken } from '../../src/tokens/jwt.ts'
import { signPass } from '../../src/tokens/signed-pass.ts'
import { doorChecks } from '../../src/tokens/verified.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'

const ring = new KeyRing([Buffer.from(Array.from({ length: 32 }, (_, at) => at))])
const NOW = Date.UTC(2026, 5, 1, 18)
const EVENT = '01JD0000000000000000EVENT1'
const GUEST = '01JD00000000000000000GAST1'
const claims = { eventId: EVENT, ticketId: 't-1', gate: 'North', role: 'door' } as const

test('a ticket that was right before still ends at its time', async () => {
  const door = doorChecks(ring)
  const ticket = await issueToken(ring, 'scanner', claims, NOW, NOW + HOUR)
  expect(await door.ticket(ticket, NOW)).toMatchObject(claims)
  expect(await door.ticket(ticket, NOW + HOUR - 1)).toMatchObject(claims)
  expect(await door.ticket(ticket, NOW + 2 * HOUR)).toBeNull()
  expect(await door.ticket(`${ticket}x`, NOW)).toBeNull()
})

test('a pass that was right at one event is not right at another, and a changed one never', () => {
  const door = doorChecks(ring)
  const pass = signPass(ring, { eventId: EVENT, guestId: GUEST, version: 1, validUntil: NOW })
  const changed = pass.slice(0, -1) + (pass.endsWith('0') ? '1' : '0')
  for (let n = 0; n < 2; n++) {
    expect(door.pass(pass, EVENT)).toMatchObject({ kind: 'genuine', guestId: GUEST })
    expect(door.pass(pass, GUEST)).toEqual({ kind: 'other_event' })
    expect(door.pass(changed, EVENT)).toEqual({ kind: 'forged' })
  }
})
