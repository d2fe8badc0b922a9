import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { QueueInvitation } from '../../commands/guest/commands.ts'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import { sendInvitationsAnswer, sendInvitationsBody } from '../../contracts/guests.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import type { Position } from '../../eventstore/port.ts'
import type { Channel } from '../../events/guest.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId } from '../../kernel/ids.ts'
import { inParallel } from '../../kernel/parallel.ts'
import type { Recipient } from '../../projections/queries/types.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { refusalOfOne } from '../one-of-many.ts'
import { contextOf, withPosition } from '../requests.ts'

type Wanted = Pick<z.infer<typeof sendInvitationsBody>, 'channel' | 'guestIds'>

/** Appends under way at once for one request; they are gathered into few transactions. */
const PARALLEL = 200

export const invitationRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const queries = deps.readModels.queries.guests
  app.post(
    '/api/events/:eventId/invitations/send',
    {
      config: { access: 'event:write', feature: 'invitations' },
      schema: {
        tags: ['guests'],
        params: z.object({ eventId: id }),
        body: sendInvitationsBody,
        response: {
          200: sendInvitationsAnswer,
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
      if (request.body.dryRun) {
        const { reachable, skipped } = await recipientsOf(eventId, request.body)
        return reply.send({ queued: reachable.length, skipped })
      }
      requirePublished(event)
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      // Two requests under one key at the same time would each invite some.
      const send = () => invite(eventId, request.body, context)
      const { position, ...answer } = await deps.inTurn(`send ${context.commandId}`, send)
      withPosition(reply, position)
      return reply.code(202).send(answer)
    },
  )

  async function recipientsOf(eventId: string, { channel, guestIds }: Wanted) {
    await awaitHead(deps)
    const recipients = await queries.recipients(eventId, guestIds)
    return { recipients, ...sorted(recipients, guestIds ?? [], channel) }
  }

  async function invite(eventId: string, wanted: Wanted, context: CommandContext) {
    const { channel, guestIds } = wanted
    const { recipients, reachable, skipped } = await recipientsOf(eventId, wanted)
    const before = await invitedBefore(eventId, context)
    const again = guestIds === undefined ? before : []
    const chosen = [...new Set([...reachable.map(({ guestId }) => guestId), ...again])]
    const names = new Map(recipients.map(({ guestId, name }) => [guestId, name]))
    const queueFor = async (guestId: string) => {
      const messageId = derivedId(context.commandId, guestId)
      const own = { ...context, commandId: commandIdOf(context.commandId, guestId) }
      const onlyIfNone = guestIds === undefined
      const outcome = await queue(eventId, guestId, { messageId, channel, onlyIfNone }, own)
      return { guestId, name: names.get(guestId) ?? null, ...outcome }
    }
    // One by itself: another request under the key is refused before it invites anybody.
    for (const guestId of before.slice(0, 1)) await queueFor(guestId)
    const outcomes = await inParallel(chosen, PARALLEL, queueFor)
    const refused = outcomes.flatMap(({ guestId, name, reason }) =>
      reason === null ? [] : [{ guestId, name, reason }],
    )
    const queued = outcomes.filter((outcome) => outcome.queued).length
    const position = latest(outcomes.map((outcome) => outcome.position))
    return { queued, skipped: [...skipped, ...refused], position }
  }

  /** Somebody else may have changed, removed or invited the guest since the list was read. */
  async function queue(
    eventId: string,
    guestId: string,
    message: Omit<QueueInvitation, 'kind'>,
    context: CommandContext,
  ) {
    const command = { kind: 'queue_invitation', ...message } as const
    try {
      const outcome = await deps.commands.execute(
        guestDecider,
        guestStream(eventId, guestId),
        command,
        context,
      )
      const queued = outcome.replayed || outcome.facts.length > 0
      return { queued, position: outcome.position, reason: null }
    } catch (error) {
      return { queued: false, position: null, reason: refusalOfOne(error).message }
    }
  }

  /** @returns whom an earlier try of this very request has invited: its answer may have been lost, and names them too */
  async function invitedBefore(eventId: string, { commandId, requestDigest }: CommandContext) {
    // Without an Idempotency-Key there was none.
    if (requestDigest === undefined) return []
    const invited = await queries.latestInvitations(eventId)
    return invited
      .filter(({ guestId, commandId: by }) => by === commandIdOf(commandId, guestId))
      .map(({ guestId }) => guestId)
  }
}

function requirePublished(event: ConfiguredEvent): void {
  if (event.status === 'published') return
  const detail =
    event.status === 'draft'
      ? 'Publish the event before you send invitations: guests could not answer yet.'
      : `The event is ${event.status}; guests can no longer answer.`
  throw new DomainError('conflict', 'event_not_published', detail)
}

/** Tells those who can be invited from those who cannot, and says why. */
function sorted(recipients: readonly Recipient[], wanted: readonly string[], channel: Channel) {
  const found = new Set(recipients.map(({ guestId }) => guestId))
  const missing = wanted
    .filter((guestId) => !found.has(guestId))
    .map((guestId) => ({ guestId, name: null, reason: 'This guest is not on the list.' }))
  const unreachable = recipients.flatMap((recipient) => {
    const reason = obstacle(recipient, channel)
    return reason === null ? [] : [{ guestId: recipient.guestId, name: recipient.name, reason }]
  })
  const reachable = recipients.filter((recipient) => obstacle(recipient, channel) === null)
  return { reachable, skipped: [...missing, ...unreachable] }
}

function obstacle({ email, phone, linkRevoked }: Recipient, channel: Channel): string | null {
  if (linkRevoked) return 'The link is revoked; issue a new one first.'
  if (channel === 'email' && email === null) return 'There is no e-mail address.'
  if (channel === 'sms' && phone === null) return 'There is no phone number.'
  return null
}

function latest(positions: readonly (Position | null)[]): Position | null {
  return positions.reduce((max, one) => (max === null || (one !== null && one > max) ? one : max), null)
}
