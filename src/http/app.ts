import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import websocket from '@fastify/websocket'
import fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { CORRELATED, requestedCorrelation } from '../kernel/correlation.ts'
import { activeFlags } from '../commands/flags/active.ts'
import { newId } from '../kernel/ids.ts'
import { SECOND } from '../kernel/time.ts'
import { installAccess } from './access.ts'
import type { AppDeps } from './deps.ts'
import { installDocs } from './docs.ts'
import { installFeatures } from './features.ts'
import { LONGEST_PARAM, withReadableLink } from './links.ts'
import { handleClientError, handleError, handleNotFound, pathOf } from './problem.ts'
import { activityRoutes } from './routes/activity.ts'
import { authRoutes } from './routes/auth.ts'
import { checkInRoutes } from './routes/check-in.ts'
import { doorRoutes } from './routes/door.ts'
import { eventRoutes } from './routes/events.ts'
import { feedbackRoutes } from './routes/feedback.ts'
import { flagRoutes } from './routes/flags.ts'
import { guestRoutes } from './routes/guests.ts'
import { aboutRoutes, healthRoutes } from './routes/health.ts'
import { importRoutes } from './routes/import.ts'
import { invitationRoutes } from './routes/invitations.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { outboxRoutes } from './routes/outbox.ts'
import { previewRoutes } from './routes/preview.ts'
import { rsvpRoutes } from './routes/rsvp.ts'
import { seatRoutes } from './routes/seats.ts'
import { securityRoutes } from './routes/security.ts'
import { stepUpRoutes } from './routes/step-up.ts'
import { observeRequests } from './observe.ts'
import { installPages, sendPage, wantsPage } from './pages.ts'
import { securityHeaders } from './security-headers.ts'

/** Largest JSON body, in bytes; the import of a guest list has its own limit. */
const BODY_LIMIT = 256 * 1024

/**
 * The HTTP surface. Nothing listens yet.
 * @returns the application, ready to `listen` or `inject`
 */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.logger,
    trustProxy: deps.trustProxy.length === 0 ? false : [...deps.trustProxy],
    genReqId: ({ headers }) => requestedCorrelation(headers) ?? newId(),
    childLoggerFactory: (logger, bindings, options) =>
      Object.assign(logger.child(bindings, options), { [CORRELATED]: true }),
    bodyLimit: BODY_LIMIT,
    // A browser that keeps its connection open must not hold up a shutdown; what is being answered is finished.
    forceCloseConnections: 'idle',
    connectionTimeout: 0,
    requestTimeout: 60 * SECOND,
    routerOptions: { maxParamLength: LONGEST_PARAM },
    rewriteUrl: ({ url = '/' }) => withReadableLink(url),
    frameworkErrors: (error, request, reply) => {
      void handleError(error, request, reply, deps.isOutage)
    },
    clientErrorHandler: handleClientError,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'correlationId' }),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    handleError(error, request, reply, deps.isOutage),
  )
  observeRequests(app, deps.observer)
  logAnswers(app)
  endConnectionsWhenClosing(app)

  const headers = securityHeaders()
  app.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(headers)
    next()
  })
  await app.register(cookie)
  await app.register(compress, { threshold: 2_048 })
  await app.register(rateLimit, { global: false })
  await app.register(websocket, { options: { maxPayload: 4_096 } })
  await installDocs(app)
  await installPages(app, deps)
  app.setNotFoundHandler((request, reply) =>
    wantsPage(request) ? sendPage(reply.code(404), 'index.html') : handleNotFound(request, reply),
  )

  await app.register((api, _options, done) => {
    installAccess(api, deps)
    const flags = activeFlags(deps.commands, deps.clock)
    installFeatures(api, flags)
    void api.register(flagRoutes, { flags })
    api.addHook('onSend', async (_request, reply) => {
      // Answers are about people: neither the browser of a shared computer nor a proxy keeps them.
      if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
    })
    for (const routes of [
      authRoutes,
      eventRoutes,
      guestRoutes,
      importRoutes,
      invitationRoutes,
      rsvpRoutes,
      seatRoutes,
      securityRoutes,
      previewRoutes,
      feedbackRoutes,
      stepUpRoutes,
      activityRoutes,
      doorRoutes,
      checkInRoutes,
      healthRoutes,
      aboutRoutes,
      metricsRoutes,
      outboxRoutes,
    ]) {
      void api.register(routes, deps)
    }
    done()
  })
  return app
}

/** A connection that carries the last answer of a shutdown must not be kept for another request, which never comes. */
function endConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('connection', 'close')
  })
}

/** Asked for all the time, by machines. */
const QUIET = ['/health', '/metrics', '/assets/']

/** One line a request, without query, body or tokens. What machines ask for is told at debug level. */
function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const path = pathOf(request.url)
    const level = QUIET.some((prefix) => path.startsWith(prefix)) ? 'debug' : 'info'
    request.log[level](
      { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
      'answered',
    )
    done()
  })
}
