import { createTransport } from 'nodemailer'
import { correlationId } from '../kernel/correlation.ts'
import type { Clock } from '../kernel/time.ts'
import type { Mail, Mailer } from './message.ts'
import { senderOf, toMime, type Sender } from './mime.ts'
import { ownerHeader, type Outbox } from './outbox.ts'
import { createSmtpTransport, toDeliveryFailed } from './smtp.ts'

export interface MailerOptions {
  /** `SMTP_URL`; without it mails go to the outbox. */
  readonly smtpUrl: string | null
  /** `MAIL_FROM`. */
  readonly from: string
  readonly outbox: Outbox
  readonly clock: Clock
}

/**
 * @returns a mailer that hands over to the mail server, or, without one, writes `.eml` files into the outbox
 * @throws Error when `from` holds no address
 */
export function createMailer({ smtpUrl, from, outbox, clock }: MailerOptions): Mailer {
  const sender = senderOf(from)
  return smtpUrl === null ? toOutbox(outbox, sender, clock) : toServer(smtpUrl, sender, clock)
}

function toServer(smtpUrl: string, sender: Sender, clock: Clock): Mailer {
  const transport = createSmtpTransport(smtpUrl)
  return {
    async send(mail) {
      const message = toMime(mail, sender, new Date(clock.now()), correlationId())
      try {
        await transport.sendMail(message)
      } catch (error) {
        throw toDeliveryFailed(error)
      }
    },
    close() {
      transport.close()
      return Promise.resolve()
    },
  }
}

function toOutbox(outbox: Outbox, sender: Sender, clock: Clock): Mailer {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  return {
    async send(mail: Mail) {
      const now = clock.now()
      const mime = toMime(mail, sender, new Date(now), correlationId(), ownerHeader(mail.owner))
      const { message } = await composer.sendMail(mime)
      if (!Buffer.isBuffer(message)) throw new Error('the composer was asked for a buffer')
      await outbox.put({ id: mail.id, channel: 'email', at: now, content: message })
    },
    close: () => Promise.resolve(),
  }
}
