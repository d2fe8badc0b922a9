import type { NewGuestFact } from '../../events/guest.ts'
import { happenedAt } from '../../events/scan-time.ts'
import { DomainError } from '../../kernel/errors.ts'
import { HOUR, MINUTE } from '../../kernel/time.ts'
import type { CheckIn, GuestCommand, Scan, ScanSubject } from './commands.ts'
import { arrivedCount, presentArrivals, standingRefusal, type InvitedGuest, type Refusal } from './state.ts'

/** How long anybody at the door may take a check-in back. */
export const UNDO_WINDOW = MINUTE

/** Refusals of one guest in an hour that are recorded: a pass that is held before the reader all night fills no log. */
export const MAX_REFUSALS_PER_HOUR = 20

/**
 * Times in an hour that staff send the party of one guest away and that is recorded: counted apart, for what a pass before the
 * reader has come to must not keep the next gate from being told.
 */
export const MAX_TURN_AWAYS_PER_HOUR = 20

/**
 * Arrivals of one guest that are recorded although a device decided by itself. A party has 21 people at most: that is each of
 * them let in alone, at four gates that do not know of each other. Every conflict names those before it, so without an end a pass
 * that is taken again and again would fill the log with their square.
 */
export const MAX_OFFLINE_ARRIVALS = 100

/** @returns why the party may not enter now, null when it may */
export function refusalOf(guest: InvitedGuest, subject: ScanSubject): Refusal | null {
  const { expected, doorsOpen, passVersion, passExpired } = subject
  if (guest.gone !== null) return 'removed'
  const { version, revoked } = guest.link
  if (passVersion !== null && (revoked || passVersion !== version)) return 'pass_revoked'
  if (passExpired) return 'pass_expired'
  if (!doorsOpen) return 'event_not_open'
  if (expected === null) return 'not_attending'
  return arrivedCount(guest) >= expected ? 'party_complete' : null
}

export function decideCheckIn(guest: InvitedGuest, command: CheckIn): NewGuestFact[] {
  const { nonce } = command.scan
  if (guest.arrivals.some((arrival) => arrival.nonce === nonce)) return []
  // People who are already inside are a fact, not a question.
  if (command.scan.offline) return admittedOffline(guest, command)
  if (guest.refusals.has(nonce)) return []
  const refusal = refusalOf(guest, command)
  if (refusal !== null) return recordRefusal(guest, command.scan, refusal, command.at)
  requireRoomInParty(guest, command)
  return [admitted(command, command.arrivalCount)]
}

type Conflict = Extract<NewGuestFact, { type: 'CheckInConflicted' }>['data']

const admitted = ({ checkInId, arrivalCount, via, scan }: CheckIn, counted: number) =>
  ({ type: 'GuestCheckedIn', data: { checkInId, arrivalCount, counted, via, ...scan } }) as const

/**
 * Whoever came in is recorded. People whom another device had let in, without this one knowing, may be the same people:
 * they count once.
 */
function admittedOffline(guest: InvitedGuest, command: CheckIn): NewGuestFact[] {
  requireFewOffline(guest)
  const { checkInId, arrivalCount, arrivedBefore, scan } = command
  const inside = arrivedCount(guest)
  const byThisDevice = presentArrivals(guest).filter(({ deviceId }) => deviceId === scan.deviceId)
  const known = arrivedBefore ?? byThisDevice.reduce((sum, { counted }) => sum + counted, 0)
  const unseen = Math.max(0, inside - known)
  const room = Math.max(0, (command.expected ?? Infinity) - inside)
  const counted = unseen === 0 ? arrivalCount : Math.max(0, Math.min(arrivalCount - unseen, room))
  const found = refusalOf(guest, command)
  const refusal = found === 'party_complete' ? null : found
  const tooMany = inside + arrivalCount > (command.expected ?? 0)
  const kind =
    unseen > 0
      ? 'admitted_twice'
      : refusal !== null
        ? 'not_admissible'
        : tooMany
          ? 'more_than_expected'
          : null
  if (kind === null) return [admitted(command, counted)]
  const { gate, deviceId, scannedAt } = scan
  const own = { checkInId, gate, deviceId, scannedAt, count: arrivalCount }
  const others = kind === 'not_admissible' ? [] : presentArrivals(guest).map(involved)
  const data: Conflict = {
    checkInId,
    kind,
    refusal,
    expected: command.expected ?? 0,
    arrivals: [...others, own],
  }
  return [admitted(command, counted), { type: 'CheckInConflicted', data }]
}

function requireFewOffline({ arrivals }: InvitedGuest): void {
  if (arrivals.filter(({ offline }) => offline).length < MAX_OFFLINE_ARRIVALS) return
  throw new DomainError(
    'conflict',
    'too_many_arrivals',
    `${String(MAX_OFFLINE_ARRIVALS)} arrivals of this guest without a connection are recorded. No more are.`,
  )
}

const involved = ({ checkInId, gate, deviceId, scannedAt, count }: InvitedGuest['arrivals'][number]) => ({
  checkInId,
  gate,
  deviceId,
  scannedAt,
  count,
})

/** @returns nothing once the hour has enough of them: the answer at the door is the same */
function recordRefusal(guest: InvitedGuest, scan: Scan, reason: Refusal, at: number): NewGuestFact[] {
  if (inTheLastHour(guest.recentRefusals, at) >= MAX_REFUSALS_PER_HOUR) return []
  return [{ type: 'CheckInRefused', data: { reason, ...scan } }]
}

const inTheLastHour = (times: readonly number[], at: number): number =>
  times.filter((time) => time > at - HOUR).length

/** Records that somebody was shown to be refused; nothing when they may enter. */
export function decideRefuseScan(
  guest: InvitedGuest,
  command: Extract<GuestCommand, { kind: 'refuse_scan' }>,
): NewGuestFact[] {
  if (guest.refusals.has(command.scan.nonce)) return []
  const refusal = command.said ?? refusalOf(guest, command)
  return refusal === null ? [] : recordRefusal(guest, command.scan, refusal, command.at)
}

type TurnAway = Extract<GuestCommand, { kind: 'turn_away' }>

/** Records that staff sent the party away; nothing once the hour has enough of that and the gates are told of it anyway. */
export function decideTurnAway(guest: InvitedGuest, command: TurnAway): NewGuestFact[] {
  const { scan, reason, note, at } = command
  if (guest.refusals.get(scan.nonce) === 'turned_away') return []
  const many = inTheLastHour(guest.recentTurnAways, at) >= MAX_TURN_AWAYS_PER_HOUR
  if (many && !isNews(guest, command)) return []
  // Of somebody who was forgotten there is no key to seal a note with.
  if (guest.gone === 'forgotten') throw new DomainError('not_found', 'not_found', 'There is no such guest.')
  return [{ type: 'GuestTurnedAway', data: { reason, ...scan }, personal: { note } }]
}

/** Whether gates that are told nothing now, since somebody of the party came in, would be told of it. */
function isNews(guest: InvitedGuest, { scan, reason, at }: TurnAway): boolean {
  const turnedAway = { gate: scan.gate, reason, at: happenedAt({ at, data: scan }) }
  return standingRefusal(guest) === null && standingRefusal({ ...guest, turnedAway }) !== null
}

function requireRoomInParty(guest: InvitedGuest, { expected, arrivalCount }: CheckIn): void {
  const left = (expected ?? 0) - arrivedCount(guest)
  if (arrivalCount <= left) return
  throw new DomainError(
    'invalid',
    'more_than_expected',
    `Only ${String(left)} of this party are still expected.`,
    {
      fields: [{ path: 'arrivalCount', message: `is more than the ${String(left)} still expected` }],
      extras: { stillExpected: left },
    },
  )
}

export function decideUndo(
  guest: InvitedGuest,
  command: { checkInId: string; at: number; mayUndoLate: boolean },
): NewGuestFact[] {
  const arrival = guest.arrivals.find(({ checkInId }) => checkInId === command.checkInId)
  if (arrival === undefined) throw new DomainError('not_found', 'not_found', 'There is no such check-in.')
  if (arrival.undone) return []
  if (!command.mayUndoLate && command.at - arrival.at > UNDO_WINDOW) {
    throw new DomainError(
      'conflict',
      'undo_expired',
      'This check-in is over a minute old; the host can still undo it.',
    )
  }
  const { checkInId, counted } = arrival
  return [{ type: 'CheckInUndone', data: { checkInId, recounted: recount(guest, checkInId, counted) } }]
}

/**
 * People who were counted with the arrival that is undone are counted with their own again. Only who was recorded after it
 * can have been taken for its people.
 */
function recount(guest: InvitedGuest, undone: string, freed: number) {
  let left = freed
  const recounted: { checkInId: string; counted: number }[] = []
  const present = presentArrivals(guest)
  const later = present.slice(present.findIndex(({ checkInId }) => checkInId === undone) + 1)
  for (const { checkInId, count, counted } of later) {
    const more = Math.min(count - counted, left)
    if (more <= 0) continue
    left -= more
    recounted.push({ checkInId, counted: counted + more })
  }
  return recounted
}
