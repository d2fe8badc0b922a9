import type { Outbox as OutboxPages } from './http/deps.ts'
import type { Outbox } from './notify/outbox.ts'

/** The outbox folder as the dashboard shows it. */
export function outboxOf(outbox: Outbox): OutboxPages {
  return {
    async list() {
      const entries = await outbox.list()
      return Promise.all(
        entries.map(async ({ id, channel, to, subject, at, owner }) => {
          const message = await outbox.read(id)
          return {
            id,
            channel,
            to,
            subject: subject ?? '',
            at: new Date(at).toISOString(),
            text: message?.text ?? '',
            owner,
          }
        }),
      )
    },
    async html(id) {
      return (await outbox.read(id))?.html ?? null
    },
  }
}
