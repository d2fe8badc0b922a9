import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { canonicalCidr } from '../../commands/settings/allowlist.ts'
import { requireEvent, settingsDecider, type ConfiguredEvent } from '../../commands/settings/decider.ts'
import type { SecurityCommand } from '../../commands/settings/security.ts'
import { id, problem } from '../../contracts/common.ts'
import {
  allowedNetwork,
  allowlist,
  allowNetworkBody,
  disallowNetworkQuery,
  stepUp,
  thresholdsBody,
  thresholdsView,
} from '../../contracts/security.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import { settingsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { derivedId } from '../../kernel/ids.ts'
import { DEFAULT_THRESHOLDS } from '../../scoring/bands.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { ifMatch, withEtag } from '../etag.ts'
import { contextOf, iso, withPosition } from '../requests.ts'

const params = z.object({ eventId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem, 412: problem }

function viewIn(reply: FastifyReply, { thresholds, thresholdsVersion: version }: ConfiguredEvent) {
  withEtag(reply, version)
  return { ...thresholds, defaults: DEFAULT_THRESHOLDS, version }
}

export const securityRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands } = deps
  const change = async (eventId: string, command: SecurityCommand, context: CommandContext) => {
    const { state, position } = await commands.execute(
      settingsDecider,
      settingsStream(eventId),
      command,
      context,
    )
    return { event: requireEvent(state), position }
  }

  app.get(
    '/api/events/:eventId/security/thresholds',
    {
      config: { access: 'event:read' },
      schema: { tags: ['security'], params, response: { 200: thresholdsView, ...refused } },
    },
    async (request, reply) => viewIn(reply, eventIn(request).event),
  )

  app.put(
    '/api/events/:eventId/security/thresholds',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['security'],
        params,
        body: thresholdsBody,
        response: { 200: thresholdsView, ...refused },
      },
    },
    async (request, reply) => {
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const [ifVersion = null] = ifMatch(request) ?? []
      const command = { kind: 'set_thresholds', thresholds: request.body, ifVersion } as const
      const { event, position } = await change(eventIn(request).eventId, command, context)
      withPosition(reply, position)
      return viewIn(reply, event)
    },
  )

  app.get(
    '/api/events/:eventId/security/allowlist',
    {
      config: { access: 'event:read' },
      schema: { tags: ['security'], params, response: { 200: allowlist, ...refused } },
    },
    async (request) => ({ items: entriesOf(eventIn(request).event) }),
  )

  app.post(
    '/api/events/:eventId/security/allowlist',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['security'],
        description:
          'Trusts a network: openings from it are recorded and not scored. A bare address is a network of one.',
        params,
        body: allowNetworkBody,
        response: { 201: allowedNetwork, ...refused },
      },
    },
    async (request, reply) => {
      const hostId = hostIn(request)
      const context = contextOf(deps, request, `host:${hostId}`)
      const cidr = canonicalCidr(request.body.cidr)
      const entryId = derivedId(context.commandId, 'network')
      const command = {
        kind: 'allow_network',
        entryId,
        hostId,
        cidr,
        note: request.body.note ?? null,
      } as const
      const { event, position } = await change(eventIn(request).eventId, command, context)
      withPosition(reply, position)
      const entry = entriesOf(event).find((one) => one.cidr === cidr)
      if (entry === undefined)
        throw new DomainError('not_found', 'not_found', `${cidr} was taken off the list again.`)
      return reply.code(201).send(entry)
    },
  )

  app.delete(
    '/api/events/:eventId/security/allowlist',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['security'],
        params,
        querystring: disallowNetworkQuery,
        response: { 204: z.null(), ...refused },
      },
    },
    async (request, reply) => {
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const command = { kind: 'disallow_network', cidr: canonicalCidr(request.query.cidr) } as const
      const { position } = await change(eventIn(request).eventId, command, context)
      withPosition(reply, position)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/events/:eventId/security/step-up',
    {
      config: { access: 'event:read' },
      schema: { tags: ['security'], params, response: { 200: stepUp, ...refused } },
    },
    async (request) => eventIn(request).event.stepUp,
  )

  app.put(
    '/api/events/:eventId/security/step-up',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['security'],
        description:
          'Whether an opening in the high band needs a code sent to the address on file, and a blocked one may use it.',
        params,
        body: stepUp,
        response: { 200: stepUp, ...refused },
      },
    },
    async (request, reply) => {
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const command = { kind: 'configure_step_up', ...request.body } as const
      const { event, position } = await change(eventIn(request).eventId, command, context)
      withPosition(reply, position)
      return event.stepUp
    },
  )
}

function entriesOf({ allowlist: list }: ConfiguredEvent) {
  return list.entries.map(({ entryId, cidr, note, addedAt }) => ({
    id: entryId,
    cidr,
    note,
    addedAt: iso(addedAt),
  }))
}
