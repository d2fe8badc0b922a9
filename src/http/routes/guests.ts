import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { GuestCommand, Invite } from '../../commands/guest/commands.ts'
import { guestDecider, requireListed } from '../../commands/guest/decider.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import { requireEditable } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import {
  addGuestBody,
  guest as guestSchema,
  guestList,
  guestListQuery,
  guestWithAnswer,
  guestWithLink,
  patchGuestBody,
} from '../../contracts/guests.ts'
import { guestStream, guestSubject, rsvpsStream } from '../../events/streams.ts'
import { contactOf } from '../contact.ts'
import { definedOf } from '../../kernel/defined.ts'
import { derivedId } from '../../kernel/ids.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { ifMatch, withEtag } from '../etag.ts'
import { contextOf, withPosition } from '../requests.ts'
import { guestView } from '../views/guest.ts'

const eventParams = z.object({ eventId: id })
const params = z.object({ eventId: id, guestId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem, 412: problem }
const saidTrue = (value: 'true' | 'false' | undefined) => (value === undefined ? value : value === 'true')
const linkAnswer = z.object({ link: z.string() })

export const guestRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands, readModels, tokens } = deps

  app.post(
    '/api/events/:eventId/guests',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['guests'],
        params: eventParams,
        body: addGuestBody,
        response: { 201: guestWithLink, ...refused },
      },
    },
    async (request, reply) => {
      const { eventId, event } = eventIn(request)
      requireEditable(event)
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const guestId = derivedId(context.commandId, 'guest')
      const { plusOnesAllowed = 0, utmSource = null, name } = request.body
      const contact = contactOf({ ...request.body, name })
      const invite: Invite = { kind: 'invite', ...contact, plusOnesAllowed, utmSource, batchId: null }
      const { position } = await commands.execute(
        guestDecider,
        guestStream(eventId, guestId),
        invite,
        context,
      )
      withPosition(reply, position)
      return reply
        .code(201)
        .send({ guest: await viewOf(reply, eventId, guestId), link: await linkOf(eventId, guestId) })
    },
  )

  app.get(
    '/api/events/:eventId/guests',
    {
      config: { access: 'event:read' },
      schema: {
        tags: ['guests'],
        params: eventParams,
        querystring: guestListQuery,
        response: { 200: guestList, ...refused },
      },
    },
    async (request) => {
      const { checkedIn, walkIn, ...rest } = request.query
      const filter = { ...rest, checkedIn: saidTrue(checkedIn), walkIn: saidTrue(walkIn) }
      return readModels.queries.guests.list(eventIn(request).eventId, filter)
    },
  )

  app.get(
    '/api/events/:eventId/guests/:guestId',
    {
      config: { access: 'event:read' },
      schema: { tags: ['guests'], params, response: { 200: guestWithAnswer, ...refused } },
    },
    async (request, reply) => viewOf(reply, request.params.eventId, request.params.guestId),
  )

  app.patch(
    '/api/events/:eventId/guests/:guestId',
    {
      config: { access: 'event:write' },
      schema: { tags: ['guests'], params, body: patchGuestBody, response: { 200: guestSchema, ...refused } },
    },
    async (request, reply) => {
      requireEditable(eventIn(request).event)
      const { plusOnesAllowed, utmSource, name, email, phone, externalRef } = request.body
      const contact = contactOf({ name: name ?? '', email, phone, externalRef })
      const changes = definedOf({
        name,
        email: email === undefined ? undefined : contact.email,
        phone: phone === undefined ? undefined : contact.phone,
        externalRef: externalRef === undefined ? undefined : contact.externalRef,
        plusOnesAllowed,
        utmSource,
      })
      await execute(request, reply, {
        kind: 'change_details',
        changes,
        ifChanges: ifMatch(request)?.[0] ?? null,
      })
      return viewOf(reply, request.params.eventId, request.params.guestId)
    },
  )

  app.delete(
    '/api/events/:eventId/guests/:guestId',
    {
      config: { access: 'event:write' },
      schema: { tags: ['guests'], params, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      requireEditable(eventIn(request).event)
      await execute(request, reply, { kind: 'remove' })
      await withdraw(request, reply)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/events/:eventId/guests/:guestId/link',
    {
      config: { access: 'event:write' },
      schema: { tags: ['guests'], params, response: { 200: linkAnswer, ...refused } },
    },
    async (request) => ({ link: await linkOf(request.params.eventId, request.params.guestId) }),
  )

  app.post(
    '/api/events/:eventId/guests/:guestId/link',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['guests'],
        description: 'Issues a new link; the one before it dies.',
        params,
        response: { 200: linkAnswer, ...refused },
      },
    },
    async (request, reply) => {
      requireEditable(eventIn(request).event)
      await execute(request, reply, { kind: 'issue_link' })
      return { link: await linkOf(request.params.eventId, request.params.guestId) }
    },
  )

  app.post(
    '/api/events/:eventId/guests/:guestId/link/revoke',
    {
      config: { access: 'event:write' },
      schema: { tags: ['guests'], params, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      await execute(request, reply, { kind: 'revoke_link' })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/events/:eventId/guests/:guestId/forget',
    {
      config: { access: 'event:own' },
      schema: {
        tags: ['guests'],
        description: 'Erases the personal data of the guest for good: the key it is sealed with is deleted.',
        params,
        response: { 204: z.null(), ...refused },
      },
    },
    async (request, reply) => {
      await execute(request, reply, { kind: 'forget' })
      await withdraw(request, reply)
      await deps.forget(guestSubject(request.params.eventId, request.params.guestId))
      return reply.code(204).send(null)
    },
  )

  async function execute(request: FastifyRequest, reply: FastifyReply, command: GuestCommand): Promise<void> {
    const { eventId, guestId } = params.parse(request.params)
    const context = contextOf(deps, request, `host:${hostIn(request)}`)
    const { position } = await commands.execute(guestDecider, guestStream(eventId, guestId), command, context)
    withPosition(reply, position)
  }

  /** Frees the seats of a guest who left the list; the cascade process would do it too, a moment later. */
  async function withdraw(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { eventId, guestId } = params.parse(request.params)
    const context = contextOf(deps, request, `host:${hostIn(request)}`)
    const command = { kind: 'withdraw', guestId } as const
    const { position } = await commands.execute(rsvpsDecider, rsvpsStream(eventId), command, context)
    withPosition(reply, position)
  }

  async function viewOf(reply: FastifyReply, eventId: string, guestId: string) {
    const [state, seats] = await Promise.all([
      commands.state(guestDecider, guestStream(eventId, guestId)),
      commands.state(rsvpsDecider, rsvpsStream(eventId)),
    ])
    const guest = requireListed(state)
    withEtag(reply, guest.changes)
    return guestView(guestId, guest, seats.seats.get(guestId))
  }

  async function linkOf(eventId: string, guestId: string): Promise<string> {
    const guest = requireListed(await commands.state(guestDecider, guestStream(eventId, guestId)))
    return `${deps.publicUrl()}/r/${tokens.issueLink({ eventId, guestId, version: guest.link.version })}`
  }
}
