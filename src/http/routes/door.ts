import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireEvent, settingsDecider, type ConfiguredEvent } from '../../commands/settings/decider.ts'
import { liveTicketOf, type DoorSettingsCommand } from '../../commands/settings/door.ts'
import { id, problem } from '../../contracts/common.ts'
import {
  arrivals,
  doorSettings,
  missingPage,
  missingQuery,
  scannerTicket,
  scannerTicketBody,
  scannerTicketList,
} from '../../contracts/door.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import { settingsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { derivedId } from '../../kernel/ids.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { changeArrival } from '../door/arrival.ts'
import { contextOf, iso, withPosition } from '../requests.ts'

const eventParams = z.object({ eventId: id })
const ticketParams = z.object({ eventId: id, ticketId: id })
const checkInParams = z.object({ eventId: id, checkInId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem }
const tags = ['door']

/** The last part of the address, what it commands, and what that does. */
const WORDS_ON_CONFLICTS = [
  [
    'settle',
    'settle_conflict',
    'Leaves a conflict as it is: what was recorded is right, or does not matter. It is open no more; nobody is counted differently.',
  ],
  ['reopen', 'reopen_conflict', 'Takes back that a conflict was left as it is: it is open again.'],
] as const

const byHost = (request: FastifyRequest) => ({
  eventId: eventIn(request).eventId,
  actor: `host:${hostIn(request)}` as const,
})

/** What the host has to do with the door: tickets, settings, and who is there. */
export const doorRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands, readModels, tokens } = deps

  async function change(eventId: string, command: DoorSettingsCommand, context: CommandContext) {
    const stream = settingsStream(eventId)
    const { state, position } = await commands.execute(settingsDecider, stream, command, context)
    return { event: requireEvent(state), position }
  }

  async function ticketView(eventId: string, event: ConfiguredEvent, ticketId: string) {
    const issued = event.tickets.get(ticketId)
    if (issued === undefined || issued.revoked) {
      throw new DomainError('not_found', 'not_found', 'There is no such ticket, or it was revoked.')
    }
    const { gate, issuedAt, expiresAt } = issued
    const claims = { eventId, ticketId, gate, role: 'door' } as const
    const ticket = await tokens.issueScanner(claims, issuedAt, expiresAt)
    // In the fragment it stays in the browser: no server, proxy or referrer sees it.
    const url = `${deps.publicUrl()}/scan#${ticket}`
    return { ticketId, gate, ticket, url, qrSvg: await deps.qrSvg(url), expiresAt: iso(expiresAt) }
  }

  app.post(
    '/api/events/:eventId/scanner-ticket',
    {
      config: { access: 'event:door' },
      schema: {
        tags,
        description: 'A link for the phone at a gate. With `reuse`, the one that the gate has already.',
        params: eventParams,
        body: scannerTicketBody,
        response: { 201: scannerTicket, ...refused },
      },
    },
    async (request, reply) => {
      const { eventId } = eventIn(request)
      const { gate, reuse, expiresAt } = request.body
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const ticketId = derivedId(context.commandId, 'ticket')
      const end = expiresAt === undefined ? null : Date.parse(expiresAt)
      const command = { kind: 'issue_ticket', ticketId, gate, reuse, expiresAt: end, at: context.at } as const
      const { event, position } = await change(eventId, command, context)
      withPosition(reply, position)
      const made = event.tickets.has(ticketId) ? ticketId : liveTicketOf(event, gate, context.at)?.ticketId
      return reply.code(201).send(await ticketView(eventId, event, made ?? ticketId))
    },
  )

  app.get(
    '/api/events/:eventId/scanner-tickets',
    {
      config: { access: 'event:door' },
      schema: { tags, params: eventParams, response: { 200: scannerTicketList, ...refused } },
    },
    async (request) => ({ items: await readModels.queries.door.tickets(eventIn(request).eventId) }),
  )

  app.get(
    '/api/events/:eventId/scanner-tickets/:ticketId',
    {
      config: { access: 'event:door' },
      schema: { tags, params: ticketParams, response: { 200: scannerTicket, ...refused } },
    },
    async (request) => {
      const { eventId, event } = eventIn(request)
      return ticketView(eventId, event, request.params.ticketId)
    },
  )

  app.delete(
    '/api/events/:eventId/scanner-tickets/:ticketId',
    {
      config: { access: 'event:door' },
      schema: { tags, params: ticketParams, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      const { eventId, ticketId } = request.params
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const { position } = await change(eventId, { kind: 'revoke_ticket', ticketId }, context)
      withPosition(reply, position)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/events/:eventId/door',
    {
      config: { access: 'event:read' },
      schema: { tags, params: eventParams, response: { 200: doorSettings, ...refused } },
    },
    async (request) => ({ walkIns: eventIn(request).event.walkIns }),
  )

  app.put(
    '/api/events/:eventId/door',
    {
      config: { access: 'event:write' },
      schema: { tags, params: eventParams, body: doorSettings, response: { 200: doorSettings, ...refused } },
    },
    async (request, reply) => {
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const command = { kind: 'configure_walk_ins', allowed: request.body.walkIns } as const
      const { event, position } = await change(eventIn(request).eventId, command, context)
      withPosition(reply, position)
      return { walkIns: event.walkIns }
    },
  )

  app.post(
    '/api/events/:eventId/check-ins/:checkInId/undo',
    {
      config: { access: 'event:write' },
      schema: { tags, params: checkInParams, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      const { checkInId } = request.params
      const at = deps.clock.now()
      const command = { kind: 'undo_check_in', checkInId, at, mayUndoLate: true } as const
      withPosition(reply, await changeArrival(deps, request, byHost(request), command))
      return reply.code(204).send(null)
    },
  )

  for (const [word, kind, description] of WORDS_ON_CONFLICTS) {
    app.post(
      `/api/events/:eventId/conflicts/:checkInId/${word}`,
      {
        config: { access: 'event:write' },
        schema: { tags, description, params: checkInParams, response: { 204: z.null(), ...refused } },
      },
      async (request, reply) => {
        const command = { kind, checkInId: request.params.checkInId } as const
        withPosition(reply, await changeArrival(deps, request, byHost(request), command))
        return reply.code(204).send(null)
      },
    )
  }

  app.get(
    '/api/events/:eventId/arrivals',
    {
      config: { access: 'event:read' },
      schema: { tags, params: eventParams, response: { 200: arrivals, ...refused } },
    },
    async (request) => readModels.queries.arrivals.view(eventIn(request).eventId),
  )

  app.get(
    '/api/events/:eventId/arrivals/missing',
    {
      config: { access: 'event:read' },
      schema: {
        tags,
        params: eventParams,
        querystring: missingQuery,
        response: { 200: missingPage, ...refused },
      },
    },
    async (request) => readModels.queries.arrivals.missing(eventIn(request).eventId, request.query),
  )
}
