import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { activityPage, activityQuery, liveQuery } from '../../contracts/activity.ts'
import { id, problem } from '../../contracts/common.ts'
import { DomainError } from '../../kernel/errors.ts'
import { eventIn, isStillAdmitted } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { serveLive } from '../live.ts'

const params = z.object({ eventId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem }

export const activityRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  app.get(
    '/api/events/:eventId/activity',
    {
      config: { access: 'event:read' },
      schema: {
        tags: ['activity'],
        description:
          'What happened, the newest first. With `awaiting=verdict` only the openings that were flagged (Suspicious or Blocked) and have no verdict, and in `waiting` how many there are on all pages.',
        params,
        querystring: activityQuery,
        response: { 200: activityPage, ...refused },
      },
    },
    async (request) => deps.readModels.queries.activity.page(eventIn(request).eventId, request.query),
  )

  app.route({
    method: 'GET',
    url: '/api/events/:eventId/live',
    config: { access: 'event:read' },
    schema: {
      tags: ['activity'],
      description:
        'A WebSocket: first what happened after the position `after`, then everything as it happens.',
      params,
      querystring: liveQuery,
      response: refused,
    },
    handler: () => {
      throw new DomainError('invalid', 'websocket_required', 'This address is for WebSocket connections.')
    },
    wsHandler: (socket, request) => {
      const { after } = request.query
      const { eventId } = eventIn(request)
      serveLive({
        socket,
        eventId,
        after: after === undefined ? null : BigInt(after),
        isAdmitted: () => isStillAdmitted(deps, request),
        readModels: deps.readModels,
        log: request.log,
      })
    },
  })
}
