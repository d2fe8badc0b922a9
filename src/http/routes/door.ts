import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refusalOf } from '../../commands/guest/check-in.ts'
import { guestDecider } from '../../commands/guest/decider.ts'
import { arrivedCount, lastArrival, type InvitedGuest } from '../../commands/guest/state.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import type { Seat } from '../../commands/rsvps/state.ts'
import { requireEvent, settingsDecider } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import {
  arrivals,
  checkInAnswer,
  checkInBody,
  checkInPreview,
  checkInPreviewBody,
  scannerTicket,
  scannerTicketBody,
  type CheckInAnswer,
} from '../../contracts/door.ts'
import { guestStream, rsvpsStream, settingsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId, newId } from '../../kernel/ids.ts'
import { eventIn, hostIn, ticketIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { createPasses } from '../passes.ts'
import { contextOf, iso, onceContext, withPosition } from '../requests.ts'

const eventParams = z.object({ eventId: id })
const checkInParams = z.object({ checkInId: id })
const refused = { 400: problem, 401: problem, 404: problem, 409: problem }

/** What a check-in is decided on. */
interface Party {
  readonly eventId: string
  readonly guestId: string
  readonly guest: InvitedGuest
  readonly seat: Seat | undefined
  /** People with a seat, null when the party has none. */
  readonly expected: number | null
  readonly doorsOpen: boolean
}

export const doorRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands, readModels, tokens } = deps
  const passes = createPasses(deps)

  app.post(
    '/api/events/:eventId/scanner-ticket',
    {
      config: { access: 'event:door' },
      schema: {
        tags: ['door'],
        params: eventParams,
        body: scannerTicketBody,
        response: { 201: scannerTicket, ...refused },
      },
    },
    async (request, reply) => {
      const { eventId } = eventIn(request)
      const { gate } = request.body
      const ticketId = newId()
      const { ticket, expiresAt } = await tokens.issueScanner({ eventId, ticketId, gate })
      // In the fragment it stays in the browser: no server, proxy or referrer sees it.
      const url = `${deps.publicUrl()}/scan#${ticket}`
      const qrSvg = await deps.qrSvg(url)
      return reply.code(201).send({ ticketId, gate, ticket, url, qrSvg, expiresAt: iso(expiresAt) })
    },
  )

  app.post(
    '/api/check-in/preview',
    {
      config: { access: 'ticket' },
      schema: { tags: ['door'], body: checkInPreviewBody, response: { 200: checkInPreview, ...refused } },
    },
    async (request) => {
      const party = await partyOf(ticketIn(request).eventId, scannedOf(request.body))
      return {
        ...partyView(party),
        risk: party.guest.risk?.band ?? null,
        refusal: refusalOf(party.guest, party),
      }
    },
  )

  app.post(
    '/api/check-in',
    {
      config: { access: 'ticket' },
      schema: {
        tags: ['door'],
        description: 'Checks a party in. The same nonce again gets the same answer and counts nothing.',
        body: checkInBody,
        response: { 200: checkInAnswer, ...refused },
      },
    },
    async (request, reply) => {
      const { eventId, gate } = ticketIn(request)
      const { arrivalCount, scannedAt, deviceId, nonce, offline = false } = request.body
      const before = await partyOf(eventId, scannedOf(request.body))
      const { guestId, expected, doorsOpen } = before
      const commandId = commandIdOf('check-in', eventId, guestId, nonce)
      const context = { ...onceContext(deps, request, doorActor(gate)), commandId }
      const { state, position } = await commands.execute(
        guestDecider,
        guestStream(eventId, guestId),
        {
          kind: 'check_in',
          checkInId: derivedId(commandId),
          arrivalCount,
          gate,
          deviceId,
          nonce,
          scannedAt: new Date(scannedAt).toISOString(),
          offline,
          expected,
          doorsOpen,
        },
        context,
      )
      withPosition(reply, position)
      const guest = state.kind === 'missing' ? before.guest : state
      return resultOf({ ...before, guest }, nonce)
    },
  )

  app.post(
    '/api/check-in/:checkInId/undo',
    {
      config: { access: 'ticket' },
      schema: { tags: ['door'], params: checkInParams, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      const { eventId, gate } = ticketIn(request)
      await undo(request, eventId, { actor: doorActor(gate), mayUndoLate: false })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/events/:eventId/check-ins/:checkInId/undo',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['door'],
        params: eventParams.extend(checkInParams.shape),
        response: { 204: z.null(), ...refused },
      },
    },
    async (request, reply) => {
      await undo(request, eventIn(request).eventId, { actor: `host:${hostIn(request)}`, mayUndoLate: true })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/events/:eventId/arrivals',
    {
      config: { access: 'event:read' },
      schema: { tags: ['door'], params: eventParams, response: { 200: arrivals, ...refused } },
    },
    async (request) => readModels.queries.arrivals.view(eventIn(request).eventId),
  )

  async function undo(
    request: FastifyRequest,
    eventId: string,
    by: { actor: `${'host' | 'door'}:${string}`; mayUndoLate: boolean },
  ) {
    const { checkInId } = checkInParams.parse(request.params)
    await awaitHead(deps)
    const checkIn = await readModels.queries.arrivals.findCheckIn(eventId, checkInId)
    if (checkIn === null) throw new DomainError('not_found', 'not_found', 'There is no such check-in.')
    const context = contextOf(deps, request, by.actor)
    const command = { kind: 'undo_check_in', checkInId, at: context.at, mayUndoLate: by.mayUndoLate } as const
    await commands.execute(guestDecider, guestStream(eventId, checkIn.guestId), command, context)
  }

  /** @throws DomainError `pass_unknown` for any text that is not the present pass of a guest of this event */
  async function partyOf(eventId: string, code: string): Promise<Party> {
    const guestId = await passes.guestOf(eventId, code)
    if (guestId === null) throw passUnknown()
    const [settings, guest, rsvps] = await Promise.all([
      commands.state(settingsDecider, settingsStream(eventId)),
      commands.state(guestDecider, guestStream(eventId, guestId)),
      commands.state(rsvpsDecider, rsvpsStream(eventId)),
    ])
    if (guest.kind === 'missing') throw passUnknown()
    const present = tokens.passCodes({ eventId, guestId, version: guest.link.version })
    if (!present.includes(tokens.normalisePassCode(code) ?? '')) throw passUnknown()
    const { status } = requireEvent(settings)
    const seat = rsvps.seats.get(guestId)
    const expected = seat?.status === 'confirmed' ? seat.partySize : null
    return {
      eventId,
      guestId,
      guest,
      seat,
      expected,
      doorsOpen: status === 'published' || status === 'closed',
    }
  }
}

/** Gates are named by people; actors take letters, digits and a few signs. */
function doorActor(gate: string): `door:${string}` {
  return `door:${
    gate
      .normalize('NFKD')
      .replaceAll(/[^\w.-]+/g, '_')
      .slice(0, 40) || 'gate'
  }`
}

const scannedOf = ({ code, pass }: { code?: string | undefined; pass?: string | undefined }) =>
  code ?? pass ?? ''

function passUnknown(): DomainError {
  return new DomainError('not_found', 'pass_unknown', 'This is not a valid pass for this event.')
}

function partyView({ guestId, guest, seat, expected }: Party) {
  const last = lastArrival(guest)
  return {
    guest: { id: guestId, name: guest.contact.name },
    party: { expected: expected ?? 0, arrived: arrivedCount(guest), names: [...(seat?.plusOneNames ?? [])] },
    lastArrival:
      last === null
        ? null
        : { at: iso(last.at), gate: last.gate, count: last.count, deviceId: last.deviceId },
  }
}

function resultOf(party: Party, nonce: string): CheckInAnswer {
  const { guest, expected } = party
  const arrival = guest.arrivals.find((one) => one.nonce === nonce)
  if (arrival !== undefined) {
    const tooMany = expected === null || arrivedCount(guest) > expected
    const result = tooMany ? 'conflict' : 'admitted'
    return { ...partyView(party), result, checkInId: arrival.checkInId, reason: null }
  }
  const reason = guest.refusals.get(nonce) ?? null
  const result = reason === 'party_complete' ? 'already_admitted' : 'refused'
  return { ...partyView(party), result, checkInId: null, reason }
}
