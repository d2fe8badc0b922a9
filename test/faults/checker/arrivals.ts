import type { Complaint, Evidence, Exchange, LogRecord } from '../evidence.ts'
import { grouped, guestOf } from './reading.ts'

interface Arrival {
  counted: number
  undone: boolean
}

/** Nobody arrives twice with one scan, and no party is more people than have a seat. */
export function checkArrivals({ log, exchanges }: Pick<Evidence, 'log' | 'exchanges'>): Complaint[] {
  const seats = seatsOverTime(log)
  const asked = new Map(exchanges.map((one) => [one.id, one]))
  const guests = grouped(
    log.filter(({ stream }) => stream.includes('-guest.')),
    ({ stream }) => stream,
  )
  return [...guests.values()].flatMap((records) => walk(records, seats, asked))
}

type SeatsOverTime = ReadonlyMap<string, readonly { readonly position: bigint; readonly seats: number }[]>

function seatsOverTime(log: readonly LogRecord[]): SeatsOverTime {
  const all = new Map<string, { position: bigint; seats: number }[]>()
  for (const record of log) {
    if (!record.type.startsWith('Rsvp')) continue
    const { type, position, data } = record
    const has = type === 'RsvpPromoted' || (type === 'RsvpAnswered' && data.status === 'confirmed')
    const key = `${record.stream} ${guestOf(record) ?? ''}`
    const list = all.get(key) ?? []
    list.push({ position, seats: has ? (data.partySize ?? 0) : 0 })
    all.set(key, list)
  }
  return all
}

/** @returns the most seats the guest had at any moment from one position to another */
function mostSeats(seats: SeatsOverTime, stream: string, from: bigint, to: bigint): number {
  const [event = '', guestId = ''] = stream.split('-guest.')
  const changes = seats.get(`${event}-rsvps ${guestId}`) ?? []
  const before = changes.findLast(({ position }) => position <= from)?.seats ?? 0
  const within = changes.filter(({ position }) => position > from && position <= to)
  return Math.max(before, ...within.map((one) => one.seats))
}

function walk(
  records: readonly LogRecord[],
  seats: SeatsOverTime,
  asked: ReadonlyMap<string, Exchange>,
): Complaint[] {
  const arrivals = new Map<string, Arrival>()
  const nonces = new Set<string>()
  const found: Complaint[] = []
  for (const record of records) {
    const { stream, position, data, type } = record
    const complain = (says: string) => {
      const about = { stream, position, guestId: guestOf(record) ?? '' }
      found.push({ rule: 'arrivals', says: `${says} at position ${String(position)}`, about })
    }
    const { checkInId = '', nonce = '', counted = data.arrivalCount ?? 0 } = data
    if (type === 'GuestCheckedIn') {
      if (nonces.has(nonce)) complain(`the scan ${nonce} let somebody in twice`)
      if (arrivals.has(checkInId)) complain(`the check-in ${checkInId} is recorded twice`)
      nonces.add(nonce)
      arrivals.set(checkInId, { counted, undone: false })
      const inside = [...arrivals.values()].reduce((sum, one) => sum + (one.undone ? 0 : one.counted), 0)
      const known = asked.get(record.correlation)?.tries.at(0)?.headBefore ?? 0n
      const most = mostSeats(seats, stream, known, position)
      if (inside > most)
        complain(`${String(inside)} people of the party are inside and ${String(most)} had a seat`)
    }
    if (type === 'CheckInUndone') undo(arrivals, data, complain)
  }
  return found
}

function undo(
  arrivals: Map<string, Arrival>,
  { checkInId = '', recounted = [] }: LogRecord['data'],
  complain: (says: string) => void,
): void {
  const arrival = arrivals.get(checkInId)
  if (arrival === undefined) complain(`the check-in ${checkInId}, which never was, is undone`)
  else if (arrival.undone) complain(`the check-in ${checkInId} is undone twice`)
  else arrival.undone = true
  for (const again of recounted) {
    const other = arrivals.get(again.checkInId)
    if (other !== undefined) other.counted = again.counted
  }
}
