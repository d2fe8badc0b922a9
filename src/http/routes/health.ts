import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AppDeps } from '../deps.ts'

const live = z.object({ status: z.literal('ok') })
const ready = z.object({
  status: z.enum(['ready', 'not_ready']),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
})

export type HealthDeps = Pick<AppDeps, 'ready'>

/** Whether the process lives, and whether it can do its work. */
export const healthRoutes: FastifyPluginAsyncZod<HealthDeps> = async (app, deps) => {
  app.get(
    '/health',
    { config: { access: 'public' }, schema: { tags: ['operations'], response: { 200: live } } },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/health/ready',
    { config: { access: 'public' }, schema: { tags: ['operations'], response: { 200: ready, 503: ready } } },
    async (_request, reply) => {
      const { ok, checks } = await deps.ready()
      void reply.header('cache-control', 'no-store')
      return reply.code(ok ? 200 : 503).send({ status: ok ? 'ready' : 'not_ready', checks: { ...checks } })
    },
  )
}

/** What the pages show of the installation. */
export const aboutRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  app.get(
    '/api/about',
    {
      config: { access: 'public' },
      schema: {
        tags: ['operations'],
        response: {
          200: z.object({ geoAttribution: z.object({ text: z.string(), url: z.string() }).nullable() }),
        },
      },
    },
    async () => ({ geoAttribution: deps.geoAttribution }),
  )
}
