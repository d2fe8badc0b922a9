import type { Clock } from '../kernel/time.ts'
import type { SmsSender } from './message.ts'
import type { Outbox } from './outbox.ts'
import { createTwilioSender, type TwilioAccount } from './twilio.ts'

export interface SmsOptions {
  /** Null: text messages go to the outbox. */
  readonly twilio: TwilioAccount | null
  readonly outbox: Outbox
  readonly clock: Clock
  /** Where Twilio answers, default `https://api.twilio.com`. */
  readonly baseUrl?: string
}

/** @returns a sender that hands over to Twilio, or, without an account, writes `.sms` files (JSON) into the outbox */
export function createSms({ twilio, outbox, clock, baseUrl }: SmsOptions): SmsSender {
  if (twilio !== null) return createTwilioSender(twilio, baseUrl)
  return {
    async send({ id, owner, to, text }) {
      const content = Buffer.from(`${JSON.stringify({ to, text, owner }, null, 2)}\n`)
      await outbox.put({ id, channel: 'sms', at: clock.now(), content })
    },
  }
}
