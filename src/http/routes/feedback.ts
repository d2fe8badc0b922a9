import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { GuestCommand } from '../../commands/guest/commands.ts'
import { guestDecider } from '../../commands/guest/decider.ts'
import { id, pageQuery, problem } from '../../contracts/common.ts'
import { feedbackAnswer, feedbackBody, feedbackList } from '../../contracts/security.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import type { Position } from '../../eventstore/port.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { contextOf, withPosition } from '../requests.ts'

const params = z.object({ eventId: id })
const attemptParams = z.object({ eventId: id, attemptId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem }

/** What hosts know of openings: verdicts, given and taken back. */
export const feedbackRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands, readModels } = deps

  app.post(
    '/api/events/:eventId/access-logs/:attemptId/feedback',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['security'],
        description: 'Says what an opening was; the latest verdict counts. The same again changes nothing.',
        params: attemptParams,
        body: feedbackBody,
        response: { 200: feedbackAnswer, ...refused },
      },
    },
    async (request, reply) => {
      const { attemptId } = request.params
      const { verdict, note = null } = request.body
      const command = { kind: 'give_verdict', attemptId, verdict, note } as const
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      withPosition(reply, await judge(eventIn(request).eventId, command, context))
      return { attemptId, verdict }
    },
  )

  app.delete(
    '/api/events/:eventId/access-logs/:attemptId/feedback',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['security'],
        description: 'Takes the verdict on an opening back; what was said stays in its history.',
        params: attemptParams,
        response: { 204: z.null(), ...refused },
      },
    },
    async (request, reply) => {
      const command = { kind: 'withdraw_verdict', attemptId: request.params.attemptId } as const
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      withPosition(reply, await judge(eventIn(request).eventId, command, context))
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/events/:eventId/security/feedback',
    {
      config: { access: 'event:read' },
      schema: {
        tags: ['security'],
        description: 'Openings that were judged, the newest word first; those of verdicts taken back too.',
        params,
        querystring: pageQuery,
        response: { 200: feedbackList, ...refused },
      },
    },
    async (request) => readModels.queries.activity.verdicts(eventIn(request).eventId, request.query),
  )

  async function judge(
    eventId: string,
    command: Extract<GuestCommand, { kind: 'give_verdict' | 'withdraw_verdict' }>,
    context: CommandContext,
  ): Promise<Position | null> {
    const guestId = await guestOfAttempt(eventId, command.attemptId)
    const stream = guestStream(eventId, guestId)
    return (await commands.execute(guestDecider, stream, command, context)).position
  }

  /** @throws DomainError `not_found` for an attempt of another event, or none */
  async function guestOfAttempt(eventId: string, attemptId: string): Promise<string> {
    const find = () => readModels.queries.activity.guestOfOpening(eventId, attemptId)
    const known = await find()
    if (known !== null) return known
    // It may be so new that the read models do not have it yet.
    await awaitHead(deps)
    const found = await find()
    if (found === null) throw new DomainError('not_found', 'not_found', 'There is no such opening.')
    return found
  }
}
