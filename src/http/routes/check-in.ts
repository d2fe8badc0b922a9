import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import { seatsForMore } from '../../commands/rsvps/state.ts'
import { id, problem } from '../../contracts/common.ts'
import {
  checkInAnswer,
  checkInBody,
  checkInPreview,
  checkInPreviewBody,
  doorSearch,
  doorSearchQuery,
  turnAwayBody,
  walkInBody,
} from '../../contracts/door.ts'
import { batchAnswer, batchBody, manifest, manifestQuery } from '../../contracts/door-offline.ts'
import { rsvpsStream } from '../../events/streams.ts'
import { ticketIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { changeArrival } from '../door/arrival.ts'
import { takeBatch } from '../door/batch.ts'
import { createDesk } from '../door/desk.ts'
import { doorsOpen } from '../door/party.ts'
import { doorActor } from '../door/ticket.ts'
import { walkIn } from '../door/walk-in.ts'
import { withPosition } from '../requests.ts'
import { checkInView, foundView, previewView } from '../views/door.ts'
import { manifestView } from '../views/manifest.ts'

const checkInParams = z.object({ checkInId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem }
const tags = ['door']

/** Guests that a search by name shows: who has more, types another letter. */
const FOUND_AT_MOST = 20

/** What door staff do, with a scanner ticket. */
export const checkInRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands, readModels, tokens, clock } = deps
  const desk = createDesk(deps, ticketIn)

  app.post(
    '/api/check-in/preview',
    {
      config: { access: 'ticket' },
      schema: {
        tags,
        description: 'Who it is and whether they may enter. A refusal is recorded, nothing else is.',
        body: checkInPreviewBody,
        response: { 200: checkInPreview, ...refused },
      },
    },
    async (request) => {
      const { deviceId, nonce, ...shown } = request.body
      if (deviceId !== undefined) desk.notice(request, deviceId)
      const scan = {
        ...(deviceId === undefined ? {} : { deviceId }),
        ...(nonce === undefined ? {} : { nonce }),
      }
      const party = await desk.require(request, shown, scan)
      await desk.refuse(request, party, scan, null)
      return previewView(party)
    },
  )

  app.post(
    '/api/check-in',
    {
      // Answers of about 300 bytes; compressing costs more than it saves.
      compress: false,
      config: { access: 'ticket' },
      schema: {
        tags,
        description: 'Checks a party in. The same nonce again gets the same answer and counts nothing.',
        body: checkInBody,
        response: { 200: checkInAnswer, ...refused },
      },
    },
    async (request, reply) => {
      const { arrivalCount, scannedAt, deviceId, nonce, offline = false, arrivedBefore = null } = request.body
      desk.notice(request, deviceId)
      const scan = { deviceId, nonce, scannedAt, offline }
      const found = await desk.require(request, request.body, scan)
      const admission = { arrivalCount, via: found.via, arrivedBefore }
      const { party, position } = await desk.admit(request, found, scan, admission)
      withPosition(reply, position)
      return checkInView(party, nonce)
    },
  )

  app.post(
    '/api/check-in/turn-away',
    {
      config: { access: 'ticket' },
      schema: { tags, body: turnAwayBody, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      const { reason, note = null, scannedAt, deviceId, nonce, ...shown } = request.body
      const scan = { deviceId, nonce, scannedAt, offline: false }
      const party = await desk.require(request, shown, scan)
      await desk.turnAway(request, party, scan, { reason, note })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/check-in/walk-in',
    {
      config: { access: 'ticket' },
      schema: { tags, body: walkInBody, response: { 200: checkInAnswer, ...refused } },
    },
    async (request, reply) => {
      const parts = { deps, desk, request, ticket: ticketIn(request) }
      const { party, position } = await walkIn(parts, { ...request.body, offline: false })
      withPosition(reply, position)
      return checkInView(party, request.body.nonce)
    },
  )

  app.get(
    '/api/check-in/search',
    {
      config: { access: 'ticket' },
      schema: { tags, querystring: doorSearchQuery, response: { 200: doorSearch, ...refused } },
    },
    async (request) => {
      const { eventId, event } = ticketIn(request)
      const found = await readModels.queries.door.search(eventId, request.query.q, FOUND_AT_MOST)
      return { items: found.map((guest) => foundView(guest, doorsOpen(event))) }
    },
  )

  app.post(
    '/api/check-in/:checkInId/undo',
    {
      config: { access: 'ticket' },
      schema: { tags, params: checkInParams, response: { 204: z.null(), ...refused } },
    },
    async (request, reply) => {
      const { eventId, gate } = ticketIn(request)
      const { checkInId } = request.params
      const at = deps.clock.now()
      const command = { kind: 'undo_check_in', checkInId, at, mayUndoLate: false } as const
      const by = { eventId, actor: doorActor(gate) }
      withPosition(reply, await changeArrival(deps, request, by, command))
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/check-in/manifest',
    {
      config: { access: 'ticket' },
      schema: {
        tags,
        description: 'What a device needs to check passes by itself; with `since`, what changed.',
        querystring: manifestQuery,
        response: { 200: manifest, ...refused },
      },
    },
    async (request) => {
      const ticket = ticketIn(request)
      const { deviceId, limit, since } = request.query
      desk.notice(request, deviceId)
      const from = since === undefined ? 0n : BigInt(since)
      const { door } = readModels.queries
      const page = await door.manifest(ticket.eventId, from, limit)
      const seatsLeft = seatsForMore(await commands.state(rsvpsDecider, rsvpsStream(ticket.eventId)))
      const about = { now: clock.now(), seatsLeft }
      if (!page.ahead) return manifestView(tokens, ticket, page, { reset: since === undefined, ...about })
      // Of another log, or the read models are behind: only what never was is begun anew.
      if (from <= (await deps.head())) {
        return manifestView(tokens, ticket, { ...page, cursor: from }, { reset: false, ...about })
      }
      return manifestView(tokens, ticket, await door.manifest(ticket.eventId, 0n, limit), {
        reset: true,
        ...about,
      })
    },
  )

  app.post(
    '/api/check-in/batch',
    {
      config: { access: 'ticket' },
      schema: {
        tags,
        description: 'Scans that were decided without us, each answered by itself.',
        body: batchBody,
        response: { 200: batchAnswer, ...refused },
      },
    },
    async (request, reply) => {
      const { items, position } = await takeBatch(
        { deps, desk, request, ticket: ticketIn(request) },
        request.body.items,
      )
      withPosition(reply, position)
      return { items }
    },
  )
}
