import type { FastifyRequest } from 'fastify'
import type { GuestCommand } from '../../commands/guest/commands.ts'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { Position } from '../../eventstore/port.ts'
import type { Actor } from '../../events/fact.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { contextOf } from '../requests.ts'

type ArrivalCommand = Extract<GuestCommand, { kind: 'undo_check_in' | 'settle_conflict' | 'reopen_conflict' }>

/**
 * Does something about an arrival that was recorded, of whichever guest it is.
 * @returns where a reader has to be to see it, null when nothing changed
 * @throws DomainError `not_found`; `undo_expired`, `read_models_behind`
 */
export async function changeArrival(
  deps: AppDeps,
  request: FastifyRequest,
  by: { readonly eventId: string; readonly actor: Actor },
  command: ArrivalCommand,
): Promise<Position | null> {
  await awaitHead(deps)
  const checkIn = await deps.readModels.queries.arrivals.findCheckIn(by.eventId, command.checkInId)
  if (checkIn === null) throw new DomainError('not_found', 'not_found', 'There is no such check-in.')
  const stream = guestStream(by.eventId, checkIn.guestId)
  const context = contextOf(deps, request, by.actor)
  return (await deps.commands.execute(guestDecider, stream, command, context)).position
}
