import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { problem } from '../../contracts/common.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { AppDeps } from '../deps.ts'

const message = z.object({
  id: z.string(),
  channel: z.enum(['email', 'sms']),
  to: z.string(),
  subject: z.string(),
  at: z.string(),
  text: z.string(),
})

/** The mails of an installation on the developer's own machine, where none is sent. Absent anywhere else. */
export const outboxRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, { outbox }) => {
  if (outbox === null) return

  app.get(
    '/api/dev/outbox',
    {
      config: { access: 'host' },
      schema: {
        tags: ['development'],
        response: { 200: z.object({ items: z.array(message) }), 401: problem },
      },
    },
    async () => ({ items: [...(await outbox.list())] }),
  )

  app.get(
    '/api/dev/outbox/:id/html',
    {
      config: { access: 'host' },
      schema: { tags: ['development'], params: z.object({ id: z.string().regex(/^[\w.-]{1,120}$/) }) },
    },
    async (request, reply) => {
      const html = await outbox.html(request.params.id)
      if (html === null) throw new DomainError('not_found', 'not_found', 'There is no such mail.')
      // Mails style themselves inline; the page shows them in a sandbox of their own.
      const policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups"
      return reply
        .type('text/html; charset=utf-8')
        .headers({ 'content-security-policy': policy, 'x-frame-options': 'SAMEORIGIN' })
        .send(html)
    },
  )
}
