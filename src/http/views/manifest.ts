import { createHash } from 'node:crypto'
import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import { passValidUntil } from '../../commands/settings/door.ts'
import type { Manifest, ManifestGuest } from '../../contracts/door-offline.ts'
import type { DoorGuest, ManifestPage } from '../../projections/queries/types.ts'
import type { Tokens } from '../../tokens/tokens.ts'
import { doorsOpen } from '../door/party.ts'
import type { Ticket } from '../door/ticket.ts'
import { iso } from '../requests.ts'

/** 96 bits: enough that no two codes of an event meet. */
const CODE_HASH_BYTES = 12

/** @param now milliseconds since the epoch; `seatsLeft` see the contract */
export function manifestView(
  tokens: Tokens,
  ticket: Ticket,
  page: ManifestPage,
  { reset, now, seatsLeft }: { reset: boolean; now: number; seatsLeft: number | null },
): Manifest {
  const { eventId, ticketId, gate, event, expiresAt } = ticket
  return {
    reset,
    guests: page.guests.map((guest) => guestView(tokens, eventId, guest)),
    cursor: String(page.cursor),
    more: page.more,
    seatsLeft,
    total: page.total,
    event: eventView(eventId, event),
    gate,
    keys: tokens.passKeys().map(({ id, publicKey }) => ({
      id,
      algorithm: 'Ed25519',
      publicKey: publicKey.toString('base64url'),
    })),
    encryption: {
      scheme: 'HKDF-SHA-256/AES-256-GCM',
      keyId: ticketId,
      salt: tokens.manifestSalt(ticketId).toString('base64url'),
    },
    serverTime: iso(now),
    expiresAt: iso(expiresAt),
  }
}

const eventView = (id: string, event: ConfiguredEvent): Manifest['event'] => ({
  id,
  name: event.name,
  eventDate: event.eventDate,
  timezone: event.timezone,
  venue: event.venue,
  doorsOpen: doorsOpen(event),
  walkIns: event.walkIns,
  passesValidUntil: iso(passValidUntil(event)),
})

function guestView(tokens: Tokens, eventId: string, guest: DoorGuest): ManifestGuest {
  const { guestId, listed, expected, passVersion: version } = guest
  const good = listed && !guest.passRevoked
  return {
    id: guestId,
    name: listed ? guest.name : null,
    admission: !listed ? 'removed' : expected === null ? 'not_attending' : 'expected',
    expected: expected ?? 0,
    arrived: guest.arrived,
    names: listed ? [...guest.companions] : [],
    passVersion: good ? version : null,
    codes: good ? tokens.passCodes({ eventId, guestId, version }).map((code) => codeHash(eventId, code)) : [],
    risk: guest.risk,
    lastArrival: guest.lastArrival,
    turnedAway: guest.turnedAway,
    answered: guest.answered,
  }
}

function codeHash(eventId: string, code: string): string {
  const digest = createHash('sha256').update(`${eventId}:${code}`).digest()
  return digest.subarray(0, CODE_HASH_BYTES).toString('base64url')
}
