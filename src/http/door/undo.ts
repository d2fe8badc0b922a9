import type { FastifyRequest } from 'fastify'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { Actor } from '../../events/fact.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { contextOf } from '../requests.ts'

/**
 * Takes a check-in back.
 * @throws DomainError `not_found`; `undo_expired` after a minute, unless it may be late
 */
export async function undoCheckIn(
  deps: AppDeps,
  request: FastifyRequest,
  by: {
    readonly eventId: string
    readonly checkInId: string
    readonly actor: Actor
    readonly mayUndoLate: boolean
  },
): Promise<void> {
  const { eventId, checkInId, actor, mayUndoLate } = by
  await awaitHead(deps)
  const checkIn = await deps.readModels.queries.arrivals.findCheckIn(eventId, checkInId)
  if (checkIn === null) throw new DomainError('not_found', 'not_found', 'There is no such check-in.')
  const context = contextOf(deps, request, actor)
  const command = { kind: 'undo_check_in', checkInId, at: context.at, mayUndoLate } as const
  await deps.commands.execute(guestDecider, guestStream(eventId, checkIn.guestId), command, context)
}
