import type { GuestStatus } from '../contracts/guests.ts'
import { ERASED, type Erased } from '../events/fact.ts'
import type { Band, Channel } from '../events/guest.ts'
import type { Fact } from '../events/registry.ts'
import type { Answer, RsvpStatus } from '../events/rsvps.ts'
import { gravity, worstOf, type Cleared, type Tally } from '../scoring/tally.ts'
import { guestColumns, timeOf } from './projection.ts'

export type GuestRow = {
  readonly event_id: string
  readonly guest_id: string
  /** On the list: invited, and neither removed nor forgotten. */
  readonly listed: boolean
  readonly erased: boolean
  readonly name: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly external_ref: string | null
  /** The name without case and accents. */
  readonly sort_name: string
  /** All that a search looks into, without case and accents. */
  readonly search: string
  readonly plus_ones_allowed: number
  readonly utm_source: string | null
  readonly batch_id: string | null
  /** Added at the door. */
  readonly walk_in: boolean
  /** Of the latest change of the details. */
  readonly details_command: string | null
  readonly status: GuestStatus
  readonly link_version: number
  readonly link_revoked: boolean
  readonly invitation_state: 'none' | 'queued' | 'sent' | 'failed'
  readonly invitation_channel: Channel | null
  readonly invitation_error: string | null
  /** Of the latest invitation that was queued. */
  readonly invitation_command: string | null
  /** Of the link when that invitation was queued. */
  readonly invitation_link_version: number | null
  /** An invitation has gone out at some time, whatever became of later ones. */
  readonly ever_sent: boolean
  readonly openings: number
  /** The latest score of each opening. */
  readonly scores: Tally
  /** Those of which the host said that they were the guest. */
  readonly cleared: Cleared
  /** The gravest of the others, null without any. */
  readonly risk: Band | null
  readonly risk_score: number | null
  /** Orders by band, then score; 0 before the first scored opening. */
  readonly risk_order: number
  readonly answer: Answer | null
  readonly rsvp_status: RsvpStatus | null
  readonly party_size: number | null
  readonly arrived: number
  /** People of each check-in that was not undone. */
  readonly check_ins: Readonly<Record<string, number>>
  readonly created_at: string
  readonly updated_at: string
}

export function newGuestRow(fact: Fact): GuestRow {
  const at = timeOf(fact)
  return {
    ...guestColumns(fact),
    listed: false,
    erased: false,
    name: null,
    email: null,
    phone: null,
    external_ref: null,
    sort_name: '',
    search: '',
    plus_ones_allowed: 0,
    utm_source: null,
    batch_id: null,
    walk_in: false,
    details_command: null,
    status: 'added',
    link_version: 0,
    link_revoked: false,
    invitation_state: 'none',
    invitation_channel: null,
    invitation_error: null,
    invitation_command: null,
    invitation_link_version: null,
    ever_sent: false,
    openings: 0,
    scores: {},
    cleared: {},
    risk: null,
    risk_score: null,
    risk_order: 0,
    answer: null,
    rsvp_status: null,
    party_size: null,
    arrived: 0,
    check_ins: {},
    created_at: at,
    updated_at: at,
  }
}

/** The furthest step: the answer, else that the link was opened, else that an invitation went out. */
export function statusOf(row: Pick<GuestRow, 'rsvp_status' | 'openings' | 'ever_sent'>): GuestStatus {
  if (row.rsvp_status !== null) return row.rsvp_status
  if (row.openings > 0) return 'opened'
  return row.ever_sent ? 'invited' : 'added'
}

/** Letters without case and accents: what a person would type to find them. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ø/g, 'o')
    .replace(/ł/g, 'l')
}

interface ContactChange {
  readonly name?: string | undefined
  readonly email?: string | null | undefined
  readonly phone?: string | null | undefined
  readonly externalRef?: string | null | undefined
}

type ContactColumns = Pick<
  GuestRow,
  'name' | 'email' | 'phone' | 'external_ref' | 'sort_name' | 'search' | 'erased'
>

export const ERASED_CONTACT: ContactColumns = {
  erased: true,
  name: null,
  email: null,
  phone: null,
  external_ref: null,
  sort_name: '',
  search: '',
}

/** @param personal what changed, or that the person was forgotten: then everything is */
export function withContact(row: GuestRow, personal: ContactChange | Erased): GuestRow {
  if (personal === ERASED || row.erased) return { ...row, ...ERASED_CONTACT }
  const name = personal.name ?? row.name
  const email = personal.email === undefined ? row.email : personal.email
  const phone = personal.phone === undefined ? row.phone : personal.phone
  const external_ref = personal.externalRef === undefined ? row.external_ref : personal.externalRef
  const search = folded([name, email, phone, external_ref].filter((part) => part !== null).join('\n'))
  return { ...row, name, email, phone, external_ref, sort_name: folded(name ?? ''), search }
}

/** Works out the risk anew, from scores and verdicts. */
export function assessed(row: GuestRow): GuestRow {
  const worst = worstOf(row)
  return {
    ...row,
    risk: worst?.band ?? null,
    risk_score: worst?.score ?? null,
    risk_order: worst === null ? 0 : gravity(worst),
  }
}

export function withArrivals(row: GuestRow, check_ins: Readonly<Record<string, number>>): GuestRow {
  const arrived = Object.values(check_ins).reduce((sum, count) => sum + count, 0)
  return { ...row, check_ins, arrived }
}
