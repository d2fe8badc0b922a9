import type { FastifyInstance, FastifyRequest } from 'fastify'
import { SECOND } from '../kernel/time.ts'
import { traceParentOf, withCorrelation } from '../kernel/correlation.ts'
import type { HttpObserver } from './deps.ts'

/**
 * The pattern of the route, never the address: that holds links and ids. What has no route is one thing, whatever was
 * asked for, and so are the files of a build, whose names change with each release.
 */
function routeOf({ method, routeOptions: { url } }: FastifyRequest): { method: string; route: string } {
  if (url === undefined) return { method: 'any', route: 'none' }
  return { method, route: url.startsWith('/assets/') ? '/assets/*' : url }
}

/**
 * Names each answer with the correlation id of its request, has the work of a request known under it, and tells the
 * observer of requests. A live feed is none that is answered: it lasts for hours.
 */
export function observeRequests(app: FastifyInstance, observer: HttpObserver): void {
  const { begin } = observer
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    if (begin !== null && request.headers.upgrade === undefined) {
      const end = begin({
        ...routeOf(request),
        correlationId: request.id,
        parent: traceParentOf(request.headers),
      })
      // Comes for every request, also one whose client went away before the answer.
      reply.raw.once('close', () => {
        end(reply.raw.writableFinished ? reply.statusCode : null)
      })
    }
    done()
  })
  // Not earlier: a body is read in events of the connection, which know nothing of the request.
  app.addHook('preValidation', (request, _reply, done) => {
    withCorrelation(request.id, done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (request.headers.upgrade === undefined) {
      observer.answered({
        ...routeOf(request),
        status: reply.statusCode,
        seconds: reply.elapsedTime / SECOND,
      })
    }
    done()
  })
}
