import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { Access } from './access.ts'

/** What a route asks for, in the words of OpenAPI; one of several is enough. */
const SECURITY = {
  none: [],
  host: [{ session: [] }, { bearer: [] }],
  ticket: [{ ticket: [] }],
}

function securityOf(access: Access | undefined): keyof typeof SECURITY {
  if (access === undefined || access === 'public') return 'none'
  return access === 'ticket' ? 'ticket' : 'host'
}

/** `GET /api/openapi.json` and a page at `/docs`, both generated from the schemas of the routes. */
export async function installDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'GuestGuard',
        version: '1',
        description:
          'Personal invitation links, scored for fraud. Writes take an Idempotency-Key and answer with GG-Position; a GET ' +
          'with GG-Min-Position waits until it can see that position. Errors are RFC 9457 problem details.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'gg_session' },
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          ticket: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'The ticket of a scanner; it is no session, and no session is a ticket.',
          },
        },
      },
    },
    transform(input) {
      const { schema, url } = jsonSchemaTransform(input)
      return { schema: { ...schema, security: SECURITY[securityOf(input.route.config?.access)] }, url }
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  app.get('/api/openapi.json', { schema: { hide: true } }, (_request, reply) => reply.send(app.swagger()))
}
