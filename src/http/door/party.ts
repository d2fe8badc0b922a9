import type { ScanSubject } from '../../commands/guest/commands.ts'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { InvitedGuest } from '../../commands/guest/state.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import type { Seat } from '../../commands/rsvps/state.ts'
import { passValidUntil } from '../../commands/settings/door.ts'
import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import type { StrangerReason } from '../../contracts/door.ts'
import { guestStream, rsvpsStream } from '../../events/streams.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import type { AppDeps } from '../deps.ts'
import type { Passes } from '../passes.ts'
import type { Ticket } from './ticket.ts'

/** Whom a request is about; exactly one of them, but for a code that was taken for a guest before. */
export interface Shown {
  readonly code?: string | undefined
  readonly pass?: string | undefined
  /** Beside a code: who had it when they were let in. */
  readonly guestId?: string | undefined
}

/** A guest at the door, and what decides whether they may enter. */
export interface Party extends ScanSubject {
  readonly kind: 'party'
  readonly eventId: string
  readonly guestId: string
  readonly guest: InvitedGuest
  readonly seat: Seat | undefined
  readonly via: 'pass' | 'code' | 'name'
}

/** What was shown leads to no guest of the event. */
export interface Stranger {
  readonly kind: 'stranger'
  readonly reason: StrangerReason
  readonly scanned: string
}

interface Lead extends Pick<Party, 'guestId' | 'via' | 'passVersion'> {
  readonly kind: 'lead'
  readonly code: string | null
  /** Milliseconds since the epoch; null where the pass says nothing of it. */
  readonly validUntil: number | null
}

/** Of a pass that is good no more, whichever it was: versions count from 1. */
const REPLACED = 0

export const doorsOpen = ({ status }: Pick<ConfiguredEvent, 'status'>): boolean =>
  status === 'published' || status === 'closed'

/**
 * Finds whom a pass, a code or a name leads to. An id is never taken from what was scanned: only a signature, or a code that
 * we derive ourselves, leads to a guest.
 * @throws DomainError `not_found` for the id of no guest; `read_models_behind`
 */
export async function findParty(
  deps: Pick<AppDeps, 'commands' | 'tokens' | 'clock'>,
  passes: Passes,
  ticket: Pick<Ticket, 'eventId' | 'event'>,
  shown: Shown,
): Promise<Party | Stranger> {
  const { eventId } = ticket
  const lead = await leadOf(deps, passes, eventId, shown)
  const found = lead.kind === 'stranger' ? lead : await partyOf(deps, ticket, lead, scannedOf(shown))
  const { guestId } = shown
  if (found.kind === 'party' || found.reason !== 'pass_unknown' || guestId === undefined) return found
  if (deps.tokens.normalisePassCode(found.scanned) === null) return found
  const before = { code: null, passVersion: REPLACED, validUntil: null }
  return partyOf(deps, ticket, { kind: 'lead', via: 'code', guestId, ...before }, found.scanned)
}

async function partyOf(
  { commands, tokens, clock }: Pick<AppDeps, 'commands' | 'tokens' | 'clock'>,
  { eventId, event }: Pick<Ticket, 'eventId' | 'event'>,
  { guestId, via, code, passVersion, validUntil }: Lead,
  scanned: string,
): Promise<Party | Stranger> {
  const [guest, rsvps] = await Promise.all([
    commands.state(guestDecider, guestStream(eventId, guestId)),
    commands.state(rsvpsDecider, rsvpsStream(eventId)),
  ])
  const unknown = { kind: 'stranger', reason: 'pass_unknown', scanned } as const
  if (guest.kind === 'missing') {
    if (via === 'name') throw new DomainError('not_found', 'not_found', 'There is no such guest.')
    return unknown
  }
  const { version } = guest.link
  // A code that was found may be of a version before: a code is good or unknown.
  if (code !== null && !tokens.passCodes({ eventId, guestId, version }).includes(code)) return unknown
  const seat = rsvps.seats.get(guestId)
  const end = Math.max(passValidUntil(event), validUntil ?? 0)
  return {
    kind: 'party',
    eventId,
    guestId,
    guest,
    seat,
    via,
    expected: seat?.status === 'confirmed' ? seat.partySize : null,
    doorsOpen: doorsOpen(event),
    passVersion: code === null ? passVersion : version,
    passExpired: via !== 'name' && clock.now() >= end,
  }
}

const scannedOf = ({ pass, code }: Shown) => pass ?? code ?? ''

async function leadOf(
  { tokens }: Pick<AppDeps, 'tokens'>,
  passes: Passes,
  eventId: string,
  shown: Shown,
): Promise<Lead | Stranger> {
  const nothing = { code: null, passVersion: null, validUntil: null }
  const scanned = scannedOf(shown)
  if (scanned === '' && shown.guestId !== undefined) {
    return { kind: 'lead', via: 'name', guestId: shown.guestId, ...nothing }
  }
  const stranger = (reason: StrangerReason): Stranger => ({ kind: 'stranger', reason, scanned })
  const reading = tokens.readPass(scanned, eventId)
  switch (reading.kind) {
    case 'genuine': {
      const { guestId, version: passVersion, validUntil } = reading
      return { kind: 'lead', via: 'pass', guestId, code: null, passVersion, validUntil }
    }
    case 'forged':
      return stranger('pass_forged')
    case 'other_event':
      return stranger('pass_other_event')
    case 'no_pass': {
      const code = tokens.normalisePassCode(scanned)
      if (code === null) return stranger('pass_unreadable')
      const guestId = await passes.guestOf(eventId, code)
      return guestId === null
        ? stranger('pass_unknown')
        : { ...nothing, kind: 'lead', via: 'code', guestId, code }
    }
    default:
      return unreachable(reading)
  }
}
