import { CODE_VALIDITY } from '../commands/guest/step-up.ts'
import { codeMail, codeSms } from '../notify/compose.ts'
import type { JobHandler } from './jobs.ts'
import { guestNow, occasionOf, type NotificationOptions } from './notifications.ts'

/** Sends the code of a challenge, unless it was answered, replaced or forgotten meanwhile. */
export function stepUpCodeHandler(options: NotificationOptions): JobHandler<'step-up-code'> {
  const { commands, links, mailer, sms, clock } = options
  return async ({ id, data }) => {
    const [guest, occasion] = await Promise.all([
      guestNow(commands, data),
      occasionOf(commands, data.eventId),
    ])
    if (guest?.gone !== null || occasion === null) return
    const challenge = guest.attempts.get(data.attemptId)?.challenge
    if (challenge?.challengeId !== data.challengeId || clock.now() - challenge.at > CODE_VALIDITY) return
    const { email, phone, name: guestName } = guest.contact
    const about = { occasion, guestName, code: links.stepUpCode(data.challengeId), validFor: CODE_VALIDITY }
    if (email !== null) await mailer.send(codeMail({ id, to: email }, about))
    else if (phone !== null) await sms.send(codeSms({ id, to: phone }, about))
  }
}
