import { LRUCache } from 'lru-cache'
import type { FastifyRequest } from 'fastify'
import { doorDecider, SEEN_AGAIN_AFTER } from '../../commands/door/decider.ts'
import { refusalOf } from '../../commands/guest/check-in.ts'
import type { GuestCommand, Scan } from '../../commands/guest/commands.ts'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { Refusal } from '../../commands/guest/state.ts'
import type { StrangerReason, TurnAwayReason } from '../../contracts/door.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import type { Position } from '../../eventstore/port.ts'
import { doorStream, guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId } from '../../kernel/ids.ts'
import { MINUTE } from '../../kernel/time.ts'
import type { AppDeps } from '../deps.ts'
import { createPasses } from '../passes.ts'
import { onceContext } from '../requests.ts'
import { findParty, type Party, type Shown, type Stranger } from './party.ts'
import { doorActor, type Ticket } from './ticket.ts'

/** What a device says of a scan; the rest of it is on the ticket. */
export interface ScanOf {
  readonly deviceId: string
  readonly nonce: string
  /** ISO 8601. */
  readonly scannedAt: string
  readonly offline: boolean
  /** Under which it was made, when another ticket reports it. */
  readonly ticketId?: string | undefined
}

export interface Admission {
  readonly arrivalCount: number
  readonly via: 'pass' | 'code' | 'name' | 'walk_in'
  readonly arrivedBefore: number | null
}

export interface Recorded {
  /** The guest as it is afterwards. */
  readonly party: Party
  /** Nothing was recorded now: it was before, or did not need to be. */
  readonly before: boolean
  readonly position: Position | null
}

/** Devices whose last use is remembered, so that not every scan asks whether it is to be recorded. */
const REMEMBERED_DEVICES = 10_000

/** What is done at the door, whether asked for online or sent later. */
export interface Desk {
  find(ticket: Ticket, shown: Shown): Promise<Party | Stranger>
  /** @returns the party. @throws DomainError with the reason as its code, which is recorded before */
  require(request: FastifyRequest, shown: Shown, scan: Partial<ScanOf>): Promise<Party>
  admit(request: FastifyRequest, party: Party, scan: ScanOf, admission: Admission): Promise<Recorded>
  /** Records why the party was shown to be refused; `said` by the device, null to find out. */
  refuse(request: FastifyRequest, party: Party, scan: Partial<ScanOf>, said: Refusal | null): Promise<void>
  turnAway(
    request: FastifyRequest,
    party: Party,
    scan: ScanOf,
    why: { readonly reason: TurnAwayReason; readonly note: string | null },
  ): Promise<void>
  recordStranger(request: FastifyRequest, stranger: Stranger, scan: Partial<ScanOf>): Promise<void>
  /** Nobody waits for it: a device that is not recorded now is with its next request. */
  notice(request: FastifyRequest, deviceId: string): void
}

export function createDesk(deps: AppDeps, ticketIn: (request: FastifyRequest) => Ticket): Desk {
  const { commands, tokens, clock } = deps
  const passes = createPasses(deps)
  const seen = new LRUCache<string, number>({ max: REMEMBERED_DEVICES })

  function contextOf(request: FastifyRequest, ...what: readonly string[]): CommandContext {
    const { eventId, gate } = ticketIn(request)
    const commandId = commandIdOf('door', eventId, ...what)
    return { ...onceContext(deps, request, doorActor(gate)), commandId }
  }

  /** Where a scan was made. Who reports it is the actor: the ticket of the request. */
  function placeOf(request: FastifyRequest, made: string | undefined): Pick<Scan, 'gate' | 'ticketId'> {
    const { event, gate, ticketId } = ticketIn(request)
    const ticket = made === undefined ? undefined : event.tickets.get(made)
    return made === undefined || ticket === undefined
      ? { gate, ticketId }
      : { gate: ticket.gate, ticketId: made }
  }

  function scanIn(request: FastifyRequest, scan: ScanOf): Scan {
    const { deviceId, nonce, offline } = scan
    const scannedAt = new Date(scan.scannedAt).toISOString()
    return { ...placeOf(request, scan.ticketId), deviceId, nonce, scannedAt, offline }
  }

  async function execute(
    request: FastifyRequest,
    party: Party,
    context: CommandContext,
    command: GuestCommand,
  ): Promise<Recorded> {
    const { eventId, guestId } = party
    const stream = guestStream(eventId, guestId)
    const { state, facts, position } = await commands.execute(guestDecider, stream, command, context)
    const guest = state.kind === 'missing' ? party.guest : state
    return { party: { ...party, guest }, before: facts.length === 0, position }
  }

  async function recordStranger(
    request: FastifyRequest,
    { reason, scanned }: Stranger,
    { deviceId, scannedAt, offline = false, ticketId: made }: Partial<ScanOf>,
  ): Promise<void> {
    const { eventId } = ticketIn(request)
    const { gate, ticketId } = placeOf(request, made)
    const scanId = tokens.scanDigest(scanned)
    const at = clock.now()
    const context = contextOf(request, 'stranger', ticketId, scanId, String(at))
    const when = scannedAt === undefined ? null : new Date(scannedAt).toISOString()
    const command = {
      kind: 'refuse_scan',
      at,
      reason,
      gate,
      ticketId,
      deviceId: deviceId ?? null,
      scanId,
      scannedAt: when,
      offline,
    } as const
    await commands.execute(doorDecider, doorStream(eventId), command, context)
  }

  return {
    find: (ticket, shown) => findParty(deps, passes, ticket, shown),

    async require(request, shown, scan) {
      const found = await findParty(deps, passes, ticketIn(request), shown)
      if (found.kind === 'party') return found
      await recordStranger(request, found, scan)
      throw strangerError(found.reason)
    },

    admit(request, party, scan, { arrivalCount, via, arrivedBefore }) {
      // A device that did not hear our answer lets people in under the nonce that we may have refused: this is not that
      // command again. What was admitted under the nonce the decider knows.
      const what = scan.offline ? 'let-in' : 'check-in'
      const context = contextOf(request, what, party.guestId, scan.nonce)
      const { expected, doorsOpen, passVersion, passExpired } = party
      return execute(request, party, context, {
        kind: 'check_in',
        checkInId: derivedId(context.commandId),
        arrivalCount,
        via,
        arrivedBefore,
        scan: scanIn(request, scan),
        at: context.at,
        ...{ expected, doorsOpen, passVersion, passExpired },
      })
    },

    async refuse(request, party, scan, said) {
      const refusal = said ?? refusalOf(party.guest, party)
      if (refusal === null) return
      const { ticketId } = ticketIn(request)
      const minute = String(Math.floor(clock.now() / MINUTE))
      const same = derivedId(commandIdOf(ticketId, party.guestId, refusal, minute))
      const { deviceId = 'unknown', nonce = same, scannedAt = new Date(clock.now()).toISOString() } = scan
      const of = { deviceId, nonce, scannedAt, offline: scan.offline ?? false, ticketId: scan.ticketId }
      const context = contextOf(request, 'refuse', party.guestId, nonce)
      const { expected, doorsOpen, passVersion, passExpired } = party
      const looked = { expected, doorsOpen, passVersion, passExpired }
      const command = {
        kind: 'refuse_scan',
        said,
        scan: scanIn(request, of),
        at: context.at,
        ...looked,
      } as const
      await execute(request, party, context, command)
    },

    async turnAway(request, party, scan, { reason, note }) {
      const context = contextOf(request, 'turn-away', party.guestId, scan.nonce)
      const command = {
        kind: 'turn_away',
        reason,
        note,
        scan: scanIn(request, scan),
        at: context.at,
      } as const
      await execute(request, party, context, command)
    },

    recordStranger,

    notice(request, deviceId) {
      const { eventId, ticketId } = ticketIn(request)
      const key = `${ticketId}/${deviceId}`
      const at = clock.now()
      if (at - (seen.get(key) ?? -Infinity) < SEEN_AGAIN_AFTER) return
      seen.set(key, at)
      const context = contextOf(request, 'device', key, String(at))
      const command = { kind: 'see_device', at, ticketId, deviceId } as const
      commands.execute(doorDecider, doorStream(eventId), command, context).catch((error: unknown) => {
        seen.delete(key)
        request.log.warn({ err: error }, 'a device at the door was not recorded')
      })
    },
  }
}

const SENTENCES: Readonly<Record<StrangerReason, string>> = {
  pass_unknown: 'No guest of this event has this pass.',
  pass_unreadable: 'This is no pass.',
  pass_forged: 'This pass was not issued here.',
  pass_other_event: 'This pass is for another event.',
}

export const strangerError = (reason: StrangerReason) =>
  new DomainError('not_found', reason, SENTENCES[reason])
