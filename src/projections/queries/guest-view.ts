import type { GuestView } from '../../contracts/guests.ts'
import { BAND_LABELS } from '../../scoring/bands.ts'
import type { GuestRow } from '../guest-row.ts'

export function guestView(row: GuestRow): GuestView {
  return {
    id: row.guest_id,
    name: row.name,
    email: row.email,
    phone: row.phone,
    externalRef: row.external_ref,
    plusOnesAllowed: row.plus_ones_allowed,
    utmSource: row.utm_source,
    walkIn: row.walk_in,
    status: row.status,
    risk: row.risk,
    riskLabel: row.risk === null ? null : BAND_LABELS[row.risk],
    riskScore: row.risk_score,
    openings: row.openings,
    answer: row.answer,
    rsvpStatus: row.rsvp_status,
    partySize: row.party_size,
    arrived: row.arrived,
    linkVersion: row.link_version,
    linkRevoked: row.link_revoked,
    invitation: {
      channel: row.invitation_channel,
      state: row.invitation_state,
      error: row.invitation_error,
      outdated: row.invitation_link_version !== null && row.invitation_link_version !== row.link_version,
    },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
