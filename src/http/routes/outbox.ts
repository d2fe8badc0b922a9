import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { settingsDecider } from '../../commands/settings/decider.ts'
import { problem } from '../../contracts/common.ts'
import { settingsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { hostIn } from '../access.ts'
import type { AppDeps, OutboxMessage } from '../deps.ts'

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
 * configured or the address is not local. A host sees the mails about their own account and about their events, whatever
 * address they went to: anybody can put any address on a guest list, and a link to choose a new password is nobody else's.
 * A mail that does not say whose it is is shown to nobody.
 */
export const outboxRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, { outbox, commands }) => {
  if (outbox === null) return

  async function visibleTo(hostId: string): Promise<readonly OutboxMessage[]> {
    const messages = (await outbox?.list()) ?? []
    const about = messages.flatMap(({ owner }) => (owner?.kind === 'event' ? [owner.id] : []))
    const own = new Set([hostId])
    for (const eventId of new Set(about)) {
      const event = await commands.state(settingsDecider, settingsStream(eventId))
      if (event.kind !== 'missing' && event.ownerId === hostId) own.add(eventId)
    }
    return messages.filter(({ owner }) => owner !== null && own.has(owner.id))
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
