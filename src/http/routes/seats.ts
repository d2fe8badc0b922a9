import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { guestDecider, requireListed } from '../../commands/guest/decider.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import { requireEditable } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import { guestWithAnswer } from '../../contracts/guests.ts'
import { guestStream, rsvpsStream } from '../../events/streams.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { withEtag } from '../etag.ts'
import { contextOf, withPosition } from '../requests.ts'
import { guestView } from '../views/guest.ts'

const params = z.object({ eventId: id, guestId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem }

/** What a host decides about seats; everybody else gets them in the order of their answers. */
export const seatRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const { commands } = deps

  app.post(
    '/api/events/:eventId/guests/:guestId/seat',
    {
      config: { access: 'event:write' },
      schema: {
        tags: ['guests'],
        description:
          'Gives a waiting party the seats it asked for before its turn, if so many are free. Those who wait before it keep their places, and their turn; for a party that has seats nothing changes.',
        params,
        response: { 200: guestWithAnswer, ...refused },
      },
    },
    async (request, reply) => {
      const { eventId, event } = eventIn(request)
      requireEditable(event)
      const { guestId } = request.params
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const guest = requireListed(await commands.state(guestDecider, guestStream(eventId, guestId)))
      const seat = { kind: 'seat', guestId } as const
      const { state, position } = await commands.execute(rsvpsDecider, rsvpsStream(eventId), seat, context)
      const view = guestView(guestId, guest, state.seats.get(guestId))
      withPosition(reply, position)
      withEtag(reply, guest.changes)
      return view
    },
  )
}
