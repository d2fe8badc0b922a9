import { CODE_VALIDITY, MAX_CODE_TRIES } from '../commands/guest/step-up.ts'
import { MINUTE } from '../kernel/time.ts'
import { codeMail, codeSms } from '../notify/compose.ts'
import type { JobHandler } from './jobs.ts'
import { guestNow, occasionOf, type NotificationOptions } from './notifications.ts'

/** Sends the code of a challenge, unless it was answered, replaced, spent or forgotten meanwhile. */
export function stepUpCodeHandler(options: NotificationOptions): JobHandler<'step-up-code'> {
  const { commands, links, mailer, sms, clock } = options
  return async ({ id, data }) => {
    const [guest, occasion] = await Promise.all([
      guestNow(commands, data),
      occasionOf(commands, data.eventId),
    ])
    if (guest?.gone !== null || guest.link.revoked || occasion === null) return
    const attempt = guest.attempts.get(data.attemptId)
    const challenge = attempt?.challenge ?? null
    if (attempt?.linkVersion !== guest.link.version || challenge?.challengeId !== data.challengeId) return
    // A mail that waited says how long the code is good from now on; with less than a minute it only confuses.
    const validFor = challenge.at + CODE_VALIDITY - clock.now()
    if (validFor < MINUTE || challenge.failures >= MAX_CODE_TRIES) return
    const { email, phone, name: guestName } = guest.contact
    const about = { occasion, guestName, code: links.stepUpCode(data.challengeId), validFor }
    if (email !== null) await mailer.send(codeMail({ id, to: email }, about))
    else if (phone !== null) await sms.send(codeSms({ id, to: phone }, about))
  }
}
