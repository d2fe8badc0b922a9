import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { claimSlug, createEvent, requireSlugFor } from '../../commands/event-creation.ts'
import { requireUnchanged } from '../../commands/precondition.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import {
  requireEditable,
  requireEvent,
  settingsDecider,
  type ConfiguredEvent,
  type EventDetails,
  type SettingsCommand,
} from '../../commands/settings/decider.ts'
import { id, page, pageQuery, problem } from '../../contracts/common.ts'
import { createEventBody, event as eventSchema, patchEventBody } from '../../contracts/events.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import { rsvpsStream, settingsStream } from '../../events/streams.ts'
import { definedOf } from '../../kernel/defined.ts'
import { derivedId } from '../../kernel/ids.ts'
import { eventIn, hostIn, type Role } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { ifMatch, withEtag } from '../etag.ts'
import { contextOf, withPosition } from '../requests.ts'
import { eventView } from '../views/event.ts'

const params = z.object({ eventId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem, 412: problem }

/** Stands in the ETag for a capacity without limit; a limit is 1 at least. */
const NO_LIMIT = 0

export const eventRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands, readModels } = deps

  app.post(
    '/api/events',
    {
      config: { access: 'host' },
      schema: { tags: ['events'], body: createEventBody, response: { 201: eventSchema, ...refused } },
    },
    async (request, reply) => {
      const hostId = hostIn(request)
      const context = contextOf(deps, request, `host:${hostId}`)
      const eventId = derivedId(context.commandId, 'event')
      const { name, timezone, venue, maxCapacity, slug } = request.body
      const event = {
        eventId,
        ownerId: hostId,
        name,
        slug: slug ?? slugFor(name, eventId),
        eventDate: new Date(request.body.eventDate).toISOString(),
        timezone,
        venue: venue ?? null,
        maxCapacity: maxCapacity ?? null,
      }
      // Two requests under one key at the same time would each do a part of it.
      const created = await deps.inTurn(`create ${eventId}`, () => createEvent(commands, event, context))
      withPosition(reply, created.position)
      return reply.code(201).send(await answer(reply, eventId, 'owner'))
    },
  )

  app.get(
    '/api/events',
    {
      config: { access: 'host' },
      schema: {
        tags: ['events'],
        querystring: pageQuery,
        response: { 200: page(eventSchema), 400: problem, 401: problem },
      },
    },
    async (request) => {
      const { items, nextCursor } = await readModels.queries.events.listOwned(hostIn(request), request.query)
      return { items: items.map((item) => ({ ...item, role: 'owner' as const })), nextCursor }
    },
  )

  app.get(
    '/api/events/:eventId',
    {
      config: { access: 'event:read' },
      schema: { tags: ['events'], params, response: { 200: eventSchema, ...refused } },
    },
    async (request, reply) => answer(reply, eventIn(request).eventId, eventIn(request).role),
  )

  app.patch(
    '/api/events/:eventId',
    {
      config: { access: 'event:write' },
      schema: { tags: ['events'], params, body: patchEventBody, response: { 200: eventSchema, ...refused } },
    },
    async (request, reply) => {
      const { eventId, event, role } = eventIn(request)
      requireEditable(event)
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const change = async (): Promise<void> => {
        const { maxCapacity, eventDate, ...rest } = request.body
        const changes: Partial<EventDetails> = {
          ...definedOf(rest),
          ...(eventDate === undefined ? {} : { eventDate: new Date(eventDate).toISOString() }),
        }
        const [ifChanges = null] = await foresee(request, { eventId, event, context })
        if (changes.slug !== undefined) await claimSlug(commands, changes.slug, eventId, context)
        const command = { kind: 'change_details', changes, ifChanges } as const
        const changed = await commands.execute(settingsDecider, settingsStream(eventId), command, context)
        withPosition(reply, changed.position)
        if (maxCapacity === undefined) return
        const setCapacity = { kind: 'set_capacity', maxCapacity } as const
        const seats = await commands.execute(rsvpsDecider, rsvpsStream(eventId), setCapacity, context)
        withPosition(reply, seats.position)
      }
      // Two requests under one key at the same time would each do a part of it.
      await deps.inTurn(`change ${context.commandId}`, change)
      return answer(reply, eventId, role)
    },
  )

  for (const [verb, access] of [
    ['publish', 'event:write'],
    ['close', 'event:write'],
    ['archive', 'event:own'],
  ] as const) {
    app.post(
      `/api/events/:eventId/${verb}`,
      {
        config: { access },
        schema: { tags: ['events'], params, response: { 200: eventSchema, ...refused } },
      },
      async (request, reply) => changeStatus(request, reply, { kind: verb }),
    )
  }

  /**
   * Three streams cannot change as one: what any of them would refuse is refused before the first one changes. The
   * retry of a change that is done already passes.
   * @returns the counts of the ETag that the editor saw, none when the editor does not mind
   * @throws DomainError `edited_meanwhile`, `slug_taken`, `capacity_below_confirmed`, `idempotency_key_reused`
   */
  async function foresee(
    { body, headers }: FastifyRequest<{ Body: z.infer<typeof patchEventBody> }>,
    { eventId, event, context }: { eventId: string; event: ConfiguredEvent; context: CommandContext },
  ): Promise<readonly number[]> {
    const seen = ifMatch({ headers }, 2) ?? []
    const [ifChanges = null, ifCapacity = null] = seen
    const { slug, maxCapacity } = body
    if (slug !== undefined && slug !== event.slug) {
      requireUnchanged(ifChanges, event.changes)
      await requireSlugFor(commands, slug, eventId)
    }
    // Asked for what changes nothing, both refuse a key that another request had.
    const nothing = { kind: 'change_details', changes: {}, ifChanges: null } as const
    await commands.execute(settingsDecider, settingsStream(eventId), nothing, context)
    const nobody = { kind: 'withdraw', guestId: '' } as const
    const { state: seats } = await commands.execute(rsvpsDecider, rsvpsStream(eventId), nobody, context)
    if (maxCapacity !== seats.maxCapacity) requireUnchanged(ifCapacity, seats.maxCapacity ?? NO_LIMIT)
    if (maxCapacity !== undefined) rsvpsDecider.decide({ kind: 'set_capacity', maxCapacity }, seats)
    return seen
  }

  async function changeStatus(request: FastifyRequest, reply: FastifyReply, command: SettingsCommand) {
    const { eventId, role } = eventIn(request)
    const context = contextOf(deps, request, `host:${hostIn(request)}`)
    const { position } = await commands.execute(settingsDecider, settingsStream(eventId), command, context)
    withPosition(reply, position)
    return answer(reply, eventId, role)
  }

  async function answer(reply: FastifyReply, eventId: string, role: Role) {
    const [settings, seats, overview] = await Promise.all([
      commands.state(settingsDecider, settingsStream(eventId)),
      commands.state(rsvpsDecider, rsvpsStream(eventId)),
      readModels.queries.events.overview(eventId),
    ])
    const event = requireEvent(settings)
    withEtag(reply, event.changes, seats.maxCapacity ?? NO_LIMIT)
    return eventView({
      eventId,
      event,
      role,
      maxCapacity: seats.maxCapacity,
      counts: overview?.counts ?? null,
    })
  }
}

/** The name in letters that an address may have, with the end of the id so that it is nobody else's. */
function slugFor(name: string, eventId: string): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 48)
    .replace(/-+$/, '')
  return `${words === '' ? 'event' : words}-${eventId.slice(-6).toLowerCase()}`
}
