import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
} from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { handleClientError, handleError, handleNotFound } from './problem.ts'
import { healthRoutes, type HealthDeps } from './routes/health.ts'
import { metricsRoutes, type MetricsDeps } from './routes/metrics.ts'

export interface OpsDeps extends HealthDeps, MetricsDeps {
  readonly logger: FastifyBaseLogger
  readonly isOutage: (error: unknown) => boolean
}

/**
 * What monitors ask, on a port of its own: a worker serves nobody else, and a port that no proxy leads to needs no
 * token. Nothing listens yet.
 */
export async function buildOps(deps: OpsDeps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.logger,
    forceCloseConnections: true,
    clientErrorHandler: handleClientError,
    logController: new LogController({ disableRequestLogging: true }),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    handleError(error, request, reply, deps.isOutage),
  )
  app.setNotFoundHandler(handleNotFound)
  await app.register(healthRoutes, deps)
  await app.register(metricsRoutes, deps)
  return app
}
