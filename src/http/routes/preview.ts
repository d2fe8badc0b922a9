import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { id, problem } from '../../contracts/common.ts'
import { preview, previewQuery } from '../../contracts/preview.ts'
import { requireThresholds } from '../../scoring/bands.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { replayLimit } from '../limits.ts'
import { previewView } from '../views/preview.ts'

const params = z.object({ eventId: id })
const refused = { 400: problem, 401: problem, 403: problem, 404: problem, 429: problem }

export const previewRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const replays = replayLimit(app, hostIn)

  app.get(
    '/api/events/:eventId/security/thresholds/preview',
    {
      config: { access: 'event:read' },
      schema: {
        tags: ['security'],
        description: 'What other thresholds would make of every opening so far. Changes nothing.',
        params,
        querystring: previewQuery,
        response: { 200: preview, ...refused },
      },
    },
    async (request) => {
      const { eventId } = eventIn(request)
      const { medium, high, block, source, cursor } = request.query
      const proposed = requireThresholds({
        medium: numberOf(medium),
        high: numberOf(high),
        block: numberOf(block),
      })
      if (source === 'fold') {
        const kept = await deps.readModels.queries.preview.read(eventId)
        return { ...(await previewView(kept, proposed, cursor)), source }
      }
      await replays.count(request)
      return { ...(await previewView(await deps.replayPreview(eventId), proposed, cursor)), source }
    },
  )
}

/** Plain digits only: `Number` would also take an empty text, 1e1 and 0x1F. */
const numberOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN)
