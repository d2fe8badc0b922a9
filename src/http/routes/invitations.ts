import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import { sendInvitationsAnswer, sendInvitationsBody } from '../../contracts/guests.ts'
import type { Position } from '../../eventstore/port.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId } from '../../kernel/ids.ts'
import { inParallel } from '../../kernel/parallel.ts'
import type { Recipient } from '../../projections/queries/types.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { contextOf, withPosition } from '../requests.ts'
import { awaitHead } from '../fresh.ts'

/** Appends under way at once for one request; they are gathered into few transactions. */
const PARALLEL = 200

export const invitationRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  app.post(
    '/api/events/:eventId/invitations/send',
    {
      config: { access: 'event:write', feature: 'invitations' },
      schema: {
        tags: ['guests'],
        params: z.object({ eventId: id }),
        body: sendInvitationsBody,
        response: {
          202: sendInvitationsAnswer,
          400: problem,
          401: problem,
          403: problem,
          404: problem,
          409: problem,
          503: problem,
        },
      },
    },
    async (request, reply) => {
      const { eventId, event } = eventIn(request)
      requirePublished(event)
      const { channel, guestIds } = request.body
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      await awaitHead(deps)
      const recipients = await deps.readModels.queries.guests.recipients(eventId, channel, guestIds)
      const skipped = skippedOf(recipients, guestIds, channel)
      const unreachable = new Set(skipped.map((one) => one.guestId))
      const reachable = recipients.filter(({ guestId }) => !unreachable.has(guestId))
      const onlyIfNone = guestIds === undefined
      const outcomes = await inParallel(reachable, PARALLEL, async ({ guestId }) => {
        const messageId = derivedId(context.commandId, guestId)
        const own = { ...context, commandId: commandIdOf(context.commandId, guestId) }
        const command = { kind: 'queue_invitation', messageId, channel, onlyIfNone } as const
        const queued = await deps.commands.execute(guestDecider, guestStream(eventId, guestId), command, own)
        return queued
      })
      withPosition(reply, latest(outcomes.map(({ position }) => position)))
      // Somebody else may have invited a guest since the list was read.
      const queued = outcomes.filter(({ facts, replayed }) => replayed || facts.length > 0).length
      return reply.code(202).send({ queued, skipped })
    },
  )
}

function requirePublished(event: ConfiguredEvent): void {
  if (event.status === 'published') return
  const detail =
    event.status === 'draft'
      ? 'Publish the event before you send invitations: guests could not answer yet.'
      : `The event is ${event.status}; guests can no longer answer.`
  throw new DomainError('conflict', 'event_not_published', detail)
}

function skippedOf(
  recipients: readonly Recipient[],
  wanted: readonly string[] | undefined,
  channel: 'email' | 'sms',
) {
  const found = new Set(recipients.map(({ guestId }) => guestId))
  const missing = (wanted ?? []).filter((guestId) => !found.has(guestId))
  const reasons = recipients.flatMap(({ guestId, email, phone, linkRevoked }) => {
    if (linkRevoked) return [{ guestId, reason: 'The link is revoked; issue a new one first.' }]
    if (channel === 'email' && email === null) return [{ guestId, reason: 'There is no e-mail address.' }]
    if (channel === 'sms' && phone === null) return [{ guestId, reason: 'There is no phone number.' }]
    return []
  })
  return [...missing.map((guestId) => ({ guestId, reason: 'This guest is not on the list.' })), ...reasons]
}

function latest(positions: readonly (Position | null)[]): Position | null {
  return positions.reduce((max, one) => (max === null || (one !== null && one > max) ? one : max), null)
}
