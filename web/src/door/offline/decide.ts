import type { ManifestGuest } from '@contracts/door-offline.ts'
import type { Refusal, StrangerReason } from '@contracts/door.ts'
import { PASS } from '@contracts/pass-format.ts'
import { codeIn } from '../code.ts'
import type { Subject } from '../scan.ts'
import { base64urlOf } from './base64url.ts'
import { isOfEvent, readPass, type Pass } from './pass.ts'
import type { Roster } from './roster.ts'

/** What a device finds by itself. */
export type Decision =
  | { readonly kind: 'stranger'; readonly reason: StrangerReason }
  | {
      readonly kind: 'guest'
      readonly guest: ManifestGuest
      readonly refusal: Refusal | null
      /** False for a genuine pass of somebody who is not on the part of the list that is here. */
      readonly listed: boolean
    }
  /** Leads to nobody on the part of the list that is here, which says nothing. */
  | { readonly kind: 'undecided' }

const stranger = (reason: StrangerReason): Decision => ({ kind: 'stranger', reason })

/**
 * Decides as the server would, by the order of docs/door.md, "The pass".
 * @param now milliseconds since the epoch
 */
export async function decide(subject: Subject, roster: Roster, now: number): Promise<Decision> {
  if ('guestId' in subject) {
    const guest = roster.guest(subject.guestId)
    return guest === null ? unknown(roster) : decided(guest, roster, false)
  }
  const text = 'pass' in subject ? subject.pass : subject.code
  const pass = readPass(text)
  return pass === null ? decideCode(text, roster, now) : decidePass(pass, roster, now)
}

async function decidePass(pass: Pass, roster: Roster, now: number): Promise<Decision> {
  const { event } = roster.head
  if (pass.format !== PASS.format || !(await roster.keys.signed(pass))) return stranger('pass_forged')
  if (!isOfEvent(pass, event.id)) return stranger('pass_other_event')
  const expired = now >= Math.max(pass.validUntil, Date.parse(event.passesValidUntil))
  const guest = roster.guest(pass.guestId)
  if (guest === null) return roster.partial ? unlisted(pass, roster, expired) : stranger('pass_unknown')
  if (guest.admission !== 'removed' && pass.version !== guest.passVersion) {
    return { kind: 'guest', guest, refusal: 'pass_revoked', listed: true }
  }
  return decided(guest, roster, expired)
}

/** The pass is genuine, and nothing else is known: neither the party, nor whether it was replaced. */
function unlisted({ guestId: id, version }: Pass, { head }: Roster, expired: boolean): Decision {
  const guest: ManifestGuest = {
    id,
    name: null,
    admission: 'expected',
    expected: 0,
    arrived: 0,
    names: [],
    passVersion: version,
    codes: [],
    risk: null,
    lastArrival: null,
  }
  const closed = head.event.doorsOpen ? null : 'event_not_open'
  return { kind: 'guest', guest, refusal: expired ? 'pass_expired' : closed, listed: false }
}

const unknown = (roster: Roster): Decision =>
  roster.partial ? { kind: 'undecided' } : stranger('pass_unknown')

async function decideCode(text: string, roster: Roster, now: number): Promise<Decision> {
  const { event } = roster.head
  const code = codeIn(text)
  if (code === null) return stranger('pass_unreadable')
  const guest = roster.guestOfCode(await hashOfCode(event.id, code))
  if (guest === null) return unknown(roster)
  return decided(guest, roster, now >= Date.parse(event.passesValidUntil))
}

/** @param expired whether what was shown has run out; a name cannot */
function decided(guest: ManifestGuest, { head }: Roster, expired: boolean): Decision {
  return { kind: 'guest', guest, refusal: refusalOf(guest, head.event.doorsOpen, expired), listed: true }
}

/** @param expired whether what was shown has run out */
export function refusalOf(guest: ManifestGuest, doorsOpen: boolean, expired: boolean): Refusal | null {
  if (guest.admission === 'removed') return 'removed'
  if (expired) return 'pass_expired'
  if (!doorsOpen) return 'event_not_open'
  if (guest.admission === 'not_attending') return 'not_attending'
  return guest.arrived >= guest.expected ? 'party_complete' : null
}

/** Of the SHA-256, as `ManifestGuest.codes` has them. */
const HASH_BYTES = 12

/** @param code in its one form */
export async function hashOfCode(eventId: string, code: string): Promise<string> {
  const text = new TextEncoder().encode(`${eventId}:${code}`)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  return base64urlOf(digest.subarray(0, HASH_BYTES))
}
