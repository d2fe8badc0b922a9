import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { DomainError } from '../../kernel/errors.ts'
import type { MetricsAccess, MetricsText } from '../deps.ts'
import { bearerOf } from '../requests.ts'

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1']

/** Headers with which proxies say that they stand in between. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const

const digest = (text: string) => createHash('sha256').update(text).digest()

/** From this very machine, by the connection itself, and not on behalf of somebody else. */
function isDirectFromHere({ socket, headers }: FastifyRequest): boolean {
  return (
    LOOPBACK.includes(socket.remoteAddress ?? '') && FORWARDED.every((name) => headers[name] === undefined)
  )
}

/** @throws DomainError `unauthenticated` with a token configured, `forbidden` without one */
function admit(request: FastifyRequest, { token, fromHere }: MetricsAccess): void {
  if (token !== null) {
    const bearer = bearerOf(request)
    if (bearer !== null && timingSafeEqual(digest(bearer), digest(token))) return
    throw new DomainError(
      'unauthenticated',
      'metrics_token_invalid',
      'Metrics take METRICS_TOKEN as a bearer.',
    )
  }
  if (fromHere && isDirectFromHere(request)) return
  throw new DomainError(
    'forbidden',
    'metrics_not_open',
    'Set METRICS_TOKEN to read metrics from another machine or through a proxy.',
  )
}

export interface MetricsDeps {
  readonly metrics: () => Promise<MetricsText>
  readonly metricsAccess: MetricsAccess
}

/** What Prometheus scrapes. It names numbers, never a person, an event or an address. */
export const metricsRoutes: FastifyPluginAsyncZod<MetricsDeps> = async (app, { metrics, metricsAccess }) => {
  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    admit(request, metricsAccess)
    const { contentType, text } = await metrics()
    return reply.type(contentType).header('cache-control', 'no-store').send(text)
  })
}
