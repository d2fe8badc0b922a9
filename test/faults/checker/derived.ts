import type { Evidence, LogRecord } from '../evidence.ts'
import { eventOf, guestOf } from './reading.ts'

/** Columns of a row as the log has them. */
export type Derived = Record<string, unknown>

interface Guest extends Derived {
  listed: boolean
  erased: boolean
  plus_ones_allowed: number
  batch_id: string | null
  link_version: number
  link_revoked: boolean
  invitation_state: string
  ever_sent: boolean
  openings: number
  answer: string | null
  rsvp_status: string | null
  party_size: number | null
  arrived: number
  status: string
}

interface Tables {
  readonly 'events.events': Map<string, Derived>
  readonly 'guests.guests': Map<string, Derived>
  readonly 'rsvps.answers': Map<string, Derived>
  readonly 'arrivals.check_ins': Map<string, Derived>
  readonly 'arrivals.parties': Map<string, Derived>
  readonly 'activity.items': Map<string, Derived>
}

/** @returns by table and key what the rows have to say, worked out from the facts alone */
export function derive({ log, exchanges }: Pick<Evidence, 'log' | 'exchanges'>): Tables {
  const tables: Tables = {
    'events.events': new Map(),
    'guests.guests': new Map(),
    'rsvps.answers': new Map(),
    'arrivals.check_ins': new Map(),
    'arrivals.parties': new Map(),
    'activity.items': new Map(),
  }
  for (const record of log) {
    const eventId = eventOf(record.stream)
    if (eventId === null) continue
    settle(tables['events.events'], eventId, record)
    const guestId = guestOf(record)
    if (record.type === 'ScanRefused') evolveItem(tables['activity.items'], `${eventId}/`, record)
    if (guestId === null) continue
    const key = `${eventId}/${guestId}`
    evolveGuest(tables['guests.guests'], key, record)
    evolveAnswer(tables, key, record)
    evolveCheckIn(tables, key, record)
    evolveItem(tables['activity.items'], key, record)
  }
  countArrivals(tables)
  nameGuests(tables['guests.guests'], log, exchanges)
  return tables
}

const STATUS: Readonly<Record<string, string>> = {
  EventPublished: 'published',
  EventClosed: 'closed',
  EventArchived: 'archived',
}

function settle(rows: Map<string, Derived>, key: string, { type, stream, data, revision }: LogRecord): void {
  const ofSettings = stream.endsWith('-settings')
  if (!ofSettings && type !== 'CapacitySet') return
  const row = rows.get(key) ?? { max_capacity: null, status: 'draft', thresholds: null, revision: -1 }
  rows.set(key, row)
  if (type === 'CapacitySet') row['max_capacity'] = data.maxCapacity ?? null
  if (type === 'EventCreated')
    Object.assign(row, { owner_id: data.ownerId, name: data.name, slug: data.slug })
  if (type === 'ThresholdsChanged') row['thresholds'] = data.to
  if (STATUS[type] !== undefined) row['status'] = STATUS[type]
  if (ofSettings) row['revision'] = revision
}

const newGuest = (): Guest => ({
  listed: false,
  erased: false,
  plus_ones_allowed: 0,
  batch_id: null,
  link_version: 0,
  link_revoked: false,
  invitation_state: 'none',
  ever_sent: false,
  openings: 0,
  answer: null,
  rsvp_status: null,
  party_size: null,
  arrived: 0,
  status: 'added',
})

function evolveGuest(rows: Map<string, Derived>, key: string, { type, data, stream }: LogRecord): void {
  // What happens at the door about nobody, and settings, are no rows of guests.
  if (!stream.includes('-guest.') && !type.startsWith('Rsvp')) return
  const row = (rows.get(key) as Guest | undefined) ?? newGuest()
  rows.set(key, row)
  Object.assign(row, guestChange(type, data, row))
  const step = row.openings > 0 ? 'opened' : row.ever_sent ? 'invited' : 'added'
  row.status = row.rsvp_status ?? step
}

function guestChange(type: string, data: LogRecord['data'], row: Guest): Partial<Guest> {
  switch (type) {
    case 'GuestInvited':
      return { listed: true, plus_ones_allowed: data.plusOnesAllowed ?? 0, batch_id: data.batchId ?? null }
    case 'GuestRemoved':
      return { listed: false }
    case 'GuestForgotten':
      return { listed: false, erased: true }
    case 'LinkIssued':
      return { link_version: data.version ?? 0, link_revoked: false }
    case 'LinkRevoked':
      return { link_revoked: true }
    case 'InvitationQueued':
      return { invitation_state: 'queued' }
    case 'InvitationSent':
      return { invitation_state: 'sent', ever_sent: true }
    case 'InvitationFailed':
      return { invitation_state: 'failed' }
    case 'AccessAttempted':
      return { openings: row.openings + 1 }
    case 'RsvpAnswered':
      return {
        answer: data.answer ?? null,
        rsvp_status: data.status ?? null,
        party_size: data.partySize ?? null,
      }
    case 'RsvpPromoted':
      return { rsvp_status: 'confirmed', party_size: data.partySize ?? null }
    case 'RsvpWithdrawn':
      return { answer: null, rsvp_status: null, party_size: null }
    default:
      return {}
  }
}

function evolveAnswer(tables: Tables, key: string, { type, data, position }: LogRecord): void {
  if (!type.startsWith('Rsvp') && type !== 'GuestForgotten') return
  const { status, partySize = 0 } = data
  const before = tables['rsvps.answers'].get(key)
  const row: Derived = { ...before }
  if (type === 'RsvpAnswered') {
    const keepsPlace = before?.['status'] === 'waitlisted' && partySize <= Number(before['party_size'])
    const since = keepsPlace ? before['waiting_since'] : Number(position)
    Object.assign(row, { answer: data.answer, status, party_size: partySize })
    row['waiting_since'] = status === 'waitlisted' ? since : null
  }
  if (type === 'RsvpPromoted')
    Object.assign(row, { status: 'confirmed', party_size: partySize, waiting_since: null })
  if (type === 'RsvpWithdrawn') {
    Object.assign(row, { answer: null, status: null, party_size: 0, waiting_since: null })
  }
  if (type === 'GuestForgotten')
    Object.assign(row, { answer: null, status: null, party_size: 0, ...row, erased: true })
  tables['rsvps.answers'].set(key, row)
  if (type !== 'GuestForgotten')
    tables['arrivals.parties'].set(key, { expected: row['status'] === 'confirmed' ? row['party_size'] : 0 })
}

function evolveCheckIn(tables: Tables, key: string, { type, data }: LogRecord): void {
  const rows = tables['arrivals.check_ins']
  const rowOf = (checkInId = '') => rows.get(`${key}/${checkInId}`)
  if (type === 'GuestCheckedIn') {
    const { arrivalCount, counted = arrivalCount, gate, checkInId = '' } = data
    rows.set(`${key}/${checkInId}`, { arrival_count: arrivalCount, counted, gate, undone: false })
  }
  if (type !== 'CheckInUndone') return
  Object.assign(rowOf(data.checkInId) ?? {}, { undone: true })
  for (const { checkInId, counted } of data.recounted ?? [])
    Object.assign(rowOf(checkInId) ?? {}, { counted })
}

const ITEMS: Readonly<Record<string, string>> = {
  AccessAttempted: 'opening',
  ScanRefused: 'check_in_refused',
  RsvpAnswered: 'rsvp',
  RsvpPromoted: 'promotion',
  GuestCheckedIn: 'check_in',
  CheckInRefused: 'check_in_refused',
  CheckInUndone: 'check_in_undone',
  CheckInConflicted: 'check_in_conflict',
  CheckInConflictSettled: 'check_in_conflict_settled',
  CheckInConflictReopened: 'check_in_conflict_settled',
}

function evolveItem(rows: Map<string, Derived>, key: string, { type, data, id, position }: LogRecord): void {
  const kind = ITEMS[type]
  if (kind === undefined) return
  const itemId = type === 'AccessAttempted' ? data.attemptId : type === 'GuestCheckedIn' ? data.checkInId : id
  rows.set(`${key}/${itemId ?? ''}`, { kind, listed_at: Number(position) })
}

function countArrivals(tables: Tables): void {
  for (const [key, { counted, undone }] of tables['arrivals.check_ins']) {
    const guest = tables['guests.guests'].get(key.split('/').slice(0, 2).join('/'))
    if (guest !== undefined && undone !== true) guest['arrived'] = Number(guest['arrived']) + Number(counted)
  }
}

/** Names and addresses are sealed in the log; whoever invited the guests by hand knows them. */
function nameGuests(
  rows: Map<string, Derived>,
  log: readonly LogRecord[],
  exchanges: Evidence['exchanges'],
): void {
  const asked = new Map(exchanges.map((one) => [one.id, one.asked]))
  for (const { type, stream, correlation } of log) {
    const request = asked.get(correlation)
    if (type !== 'GuestInvited' || request?.kind !== 'add_guest') continue
    const row = rows.get(`${eventOf(stream) ?? ''}/${/-guest\.(.+)$/.exec(stream)?.[1] ?? ''}`)
    if (row === undefined) continue
    const { name, email } = request.invitee
    Object.assign(row, row['erased'] === true ? { name: null, email: null } : { name, email })
  }
}
