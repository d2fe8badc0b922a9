import { hostDecider } from '../commands/host/decider.ts'
import { hostStream } from '../events/streams.ts'
import { passwordResetMail } from '../notify/compose.ts'
import type { JobHandler } from './jobs.ts'
import type { NotificationOptions } from './notifications.ts'

/** Sends a host the link with which a new password is chosen. */
export function passwordResetHandler(options: NotificationOptions): JobHandler<'password-reset'> {
  const { commands, links, mailer } = options
  return async ({ id, data: { hostId } }) => {
    const host = await commands.state(hostDecider, hostStream(hostId))
    if (host.kind === 'missing' || host.email === null || host.passwordHash === null) return
    const { url, validFor } = await links.resetLink({ hostId, passwordHash: host.passwordHash })
    await mailer.send(
      passwordResetMail({ id, to: host.email }, { id: hostId, name: host.name }, url, validFor),
    )
  }
}
