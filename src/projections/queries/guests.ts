import type { GuestRow } from '../guest-row.ts'
import type { Reader } from '../reader.ts'
import { guestKey } from '../projection.ts'
import { listGuests } from './guest-list.ts'
import { guestView } from './guest-view.ts'
import type { GuestContact, GuestQueries, Recipient } from './types.ts'

const FIND = `SELECT * FROM {guests}.guests WHERE key = $1 AND listed`

const FIND_BY_CONTACT = `
  SELECT * FROM {guests}.guests
  WHERE event_id = $1 AND listed
    AND (lower(email) = ANY ($2) OR phone = ANY ($3) OR external_ref = ANY ($4))
  ORDER BY guest_id`

const LIST_LINKS = `SELECT guest_id, link_version FROM {guests}.guests WHERE event_id = $1 AND listed ORDER BY guest_id`

const CHOSEN = `
  SELECT * FROM {guests}.guests
  WHERE key = ANY ($1) AND listed
  ORDER BY guest_id`

const NOT_INVITED = `
  SELECT * FROM {guests}.guests
  WHERE event_id = $1 AND listed AND NOT ever_sent AND invitation_state <> 'queued'
  ORDER BY guest_id`

const LATEST_INVITATIONS = `
  SELECT guest_id, invitation_command FROM {guests}.guests
  WHERE event_id = $1 AND listed AND invitation_command IS NOT NULL
  ORDER BY guest_id`

export function guestQueries(reader: Reader): GuestQueries {
  return {
    list: (eventId, request) => listGuests(reader, eventId, request),
    async find(eventId, guestId) {
      const [row] = await reader.rows<GuestRow>(FIND, [guestKey(eventId, guestId)])
      return row === undefined ? null : guestView(row)
    },
    async findByContact(eventId, { emails = [], phones = [], externalRefs = [] }) {
      const lower = emails.map((email) => email.toLowerCase())
      const rows = await reader.rows<GuestRow>(FIND_BY_CONTACT, [eventId, lower, phones, externalRefs])
      return rows.map(contactOf)
    },
    async listLinks(eventId) {
      const rows = await reader.rows<Pick<GuestRow, 'guest_id' | 'link_version'>>(LIST_LINKS, [eventId])
      return rows.map((row) => ({ guestId: row.guest_id, linkVersion: row.link_version }))
    },
    async latestInvitations(eventId) {
      type Invited = Pick<GuestRow, 'guest_id'> & { readonly invitation_command: string }
      const rows = await reader.rows<Invited>(LATEST_INVITATIONS, [eventId])
      return rows.map((row) => ({ guestId: row.guest_id, commandId: row.invitation_command }))
    },
    async recipients(eventId, guestIds) {
      const rows =
        guestIds === undefined
          ? await reader.rows<GuestRow>(NOT_INVITED, [eventId])
          : await reader.rows<GuestRow>(CHOSEN, [guestIds.map((guestId) => guestKey(eventId, guestId))])
      return rows.map(recipientOf)
    },
  }
}

function contactOf(row: GuestRow): GuestContact {
  return {
    guestId: row.guest_id,
    name: row.name,
    email: row.email,
    phone: row.phone,
    externalRef: row.external_ref,
    plusOnesAllowed: row.plus_ones_allowed,
    utmSource: row.utm_source,
    changedBy: row.details_command,
  }
}

function recipientOf(row: GuestRow): Recipient {
  return {
    ...contactOf(row),
    linkVersion: row.link_version,
    linkRevoked: row.link_revoked,
    invitation: { channel: row.invitation_channel, state: row.invitation_state },
  }
}
