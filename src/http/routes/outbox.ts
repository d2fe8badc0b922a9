import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { hostDecider } from '../../commands/host/decider.ts'
import { problem } from '../../contracts/common.ts'
import { hostStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { hostIn } from '../access.ts'
import type { AppDeps, OutboxMessage } from '../deps.ts'

/** Events whose guests are looked for; a developer has fewer. */
const MOST_EVENTS = 200

const message = z.object({
  id: z.string(),
  channel: z.enum(['email', 'sms']),
  to: z.string(),
  subject: z.string(),
  at: z.string(),
  text: z.string(),
})

/**
 * The mails of an installation on the developer's own machine, where none is sent. Absent where a mail server is
 * configured or the address is not local. A host sees the mails to their own address and to the guests of their events:
 * a link to choose a new password is nobody else's.
 */
export const outboxRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, { outbox, commands, readModels }) => {
  if (outbox === null) return

  async function visibleTo(hostId: string): Promise<readonly OutboxMessage[]> {
    const messages = (await outbox?.list()) ?? []
    const host = await commands.state(hostDecider, hostStream(hostId))
    const own = new Set([host.kind === 'missing' ? null : host.email])
    const to = messages.map((message) => message.to)
    const { items: events } = await readModels.queries.events.listOwned(hostId, { limit: MOST_EVENTS })
    for (const event of events) {
      const guests = await readModels.queries.guests.findByContact(event.id, { emails: to, phones: to })
      for (const { email, phone } of guests) own.add(email).add(phone)
    }
    return messages.filter((message) => own.has(message.to))
  }

  app.get(
    '/api/dev/outbox',
    {
      config: { access: 'host' },
      schema: {
        tags: ['development'],
        response: { 200: z.object({ items: z.array(message) }), 401: problem },
      },
    },
    async (request) => ({ items: [...(await visibleTo(hostIn(request)))] }),
  )

  app.get(
    '/api/dev/outbox/:id/html',
    {
      config: { access: 'host' },
      schema: { tags: ['development'], params: z.object({ id: z.string().regex(/^[\w.-]{1,120}$/) }) },
    },
    async (request, reply) => {
      const { id } = request.params
      const visible = (await visibleTo(hostIn(request))).some((message) => message.id === id)
      const html = visible ? await outbox.html(id) : null
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
