import type { Twilio } from 'twilio'
import { SECOND } from '../kernel/time.ts'
import { DeliveryFailed, type SmsSender } from './message.ts'

export interface TwilioAccount {
  readonly accountSid: string
  readonly authToken: string
  /** A number in E.164, or the id of a messaging service (`MG…`). */
  readonly from: string
}

/** Milliseconds for one request. */
const TIMEOUT = 15 * SECOND

/** Twilio's codes that say the number can never be reached: https://www.twilio.com/docs/api/errors */
const WORDS: ReadonlyMap<number, string> = new Map([
  [21211, 'This is not a phone number that can be reached'],
  [21214, 'This is not a phone number that can be reached'],
  [21217, 'This is not a phone number that can be reached'],
  [21408, 'Text messages to this country are not allowed for our account'],
  [21610, 'The person has asked for no more text messages'],
  [21612, 'This number cannot be reached from ours'],
  [21614, 'This is not a mobile number'],
])

/** Loads the package with the first message: it takes 0.2 s and most installations never send one. */
async function connect(
  { accountSid, authToken }: TwilioAccount,
  baseUrl: string | undefined,
): Promise<Twilio> {
  const [{ default: twilio }, { default: RequestClient }] = await Promise.all([
    import('twilio'),
    import('twilio/lib/base/RequestClient.js'),
  ])
  const httpClient = new RequestClient({ timeout: TIMEOUT, keepAlive: true })
  if (baseUrl !== undefined) {
    const request = httpClient.request.bind(httpClient)
    httpClient.request = (options) => {
      const { pathname, search } = new URL(options.uri)
      return request({ ...options, uri: new URL(pathname + search, baseUrl).href })
    }
  }
  return twilio(accountSid, authToken, { httpClient, autoRetry: false })
}

/** @param baseUrl see `SmsOptions` */
export function createTwilioSender(account: TwilioAccount, baseUrl?: string): SmsSender {
  let client: Promise<Twilio> | undefined
  const sender = account.from.startsWith('MG')
    ? { messagingServiceSid: account.from }
    : { from: account.from }
  return {
    async send({ to, text }) {
      client ??= connect(account, baseUrl)
      const { messages } = await client
      try {
        await messages.create({ ...sender, to, body: text })
      } catch (error) {
        throw toDeliveryFailed(error)
      }
    },
  }
}

/** @returns the reason in words, without Twilio's own text, which repeats the number */
function toDeliveryFailed(error: unknown): DeliveryFailed {
  const { status, code } = error as { status?: unknown; code?: unknown }
  if (typeof status !== 'number') {
    return new DeliveryFailed('The SMS service could not be reached.', { permanent: false, cause: error })
  }
  const words = typeof code === 'number' ? WORDS.get(code) : undefined
  if (words !== undefined) {
    return new DeliveryFailed(`${words} (${String(code)}).`, { permanent: true, cause: error })
  }
  // Everything else is mended by waiting (429, 5xx) or by ops (a wrong token, no credit), and can go out then.
  const which = typeof code === 'number' ? `${String(status)}, ${String(code)}` : String(status)
  return new DeliveryFailed(`The SMS service did not take it (${which}).`, { permanent: false, cause: error })
}
