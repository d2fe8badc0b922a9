import { createTransport, type NodemailerError, type Transporter } from 'nodemailer'
import { SECOND } from '../kernel/time.ts'
import { DeliveryFailed } from './message.ts'

/** Mails on their way at the same time; most providers allow ten connections of one sender. */
export const SMTP_CONNECTIONS = 4

/**
 * Each wait of one conversation with the mail server, in milliseconds. Nodemailer's own are two minutes for the
 * connection and ten for silence: longer than a job may take.
 */
const TIMEOUTS = {
  dnsTimeout: 10 * SECOND,
  connectionTimeout: 10 * SECOND,
  greetingTimeout: 10 * SECOND,
  socketTimeout: 30 * SECOND,
}

/** @param smtpUrl `smtp://user:password@host:587` or `smtps://…` */
export function createSmtpTransport(smtpUrl: string, timeouts: Partial<typeof TIMEOUTS> = {}): Transporter {
  return createTransport({
    pool: true,
    url: smtpUrl,
    maxConnections: SMTP_CONNECTIONS,
    maxMessages: 100,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...TIMEOUTS,
    ...timeouts,
  })
}

/** Replies to these commands are about the one message; to the others about the sender or the connection. */
const ABOUT_THE_MESSAGE = new Set(['RCPT TO', 'DATA'])

/** Enhanced status codes of RFC 3463 that a host can do something about. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^5\.1\.[0126]/, 'The mail server does not know this address'],
  [/^[45]\.2\.2/, 'The mailbox is full'],
  [/^5\.2\./, 'The mailbox does not take mail'],
  [/^5\.7\./, 'The mail server refused the message by its rules'],
]

export const invalidAddress = (cause?: unknown): DeliveryFailed =>
  new DeliveryFailed('This is not an address that mail can be sent to.', { permanent: true, cause })

/**
 * @param error what nodemailer threw
 * @returns the reason in words, without the server's own text, which often repeats the address
 */
export function toDeliveryFailed(error: unknown): DeliveryFailed {
  const { code, command, responseCode, response } = error as NodemailerError
  if (responseCode === undefined) {
    // Nodemailer refuses an address that no server could take before it asks one.
    if (code === 'EENVELOPE') return invalidAddress(error)
    const reason = `The mail server could not be reached (${code ?? 'no answer'}).`
    return new DeliveryFailed(reason, { permanent: false, cause: error })
  }
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1]
  const status = enhanced === undefined ? String(responseCode) : `${String(responseCode)} ${enhanced}`
  if (responseCode >= 500 && (command === undefined || !ABOUT_THE_MESSAGE.has(command))) {
    // A wrong password or a sender that is not allowed is mended by ops, and the mail can go out then.
    const reason = `The mail server refused us as a sender (${status}).`
    return new DeliveryFailed(reason, { permanent: false, cause: error })
  }
  const permanent = responseCode >= 500 && responseCode !== 503
  const known = WORDS.find(([pattern]) => pattern.test(enhanced ?? ''))?.[1]
  const words =
    known ?? (permanent ? 'The mail server refused the message' : 'The mail server cannot take it now')
  return new DeliveryFailed(`${words} (${status}).`, { permanent, cause: error })
}
