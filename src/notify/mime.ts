import type { SendMailOptions } from 'nodemailer'
import addressparser from 'nodemailer/lib/addressparser'
import { invalidAddress } from './smtp.ts'
import type { Mail } from './message.ts'

const PRODUCT = 'GuestGuard'

/** The product's own address, from which everything is sent. */
export interface Sender {
  readonly name: string
  readonly address: string
  /** Of the address; the right-hand side of every Message-ID. */
  readonly domain: string
}

/**
 * @param from `MAIL_FROM`: `name@example.org` or `Name <name@example.org>`
 * @throws Error when it holds no address
 */
export function senderOf(from: string): Sender {
  const [parsed] = addressparser(from, { flatten: true })
  const address = parsed?.address ?? ''
  if (!isAddress(address)) throw new Error(`MAIL_FROM: ${JSON.stringify(from)} holds no e-mail address`)
  const name = parsed?.name ?? ''
  return { name: name === '' ? PRODUCT : name, address, domain: address.slice(address.lastIndexOf('@') + 1) }
}

/**
 * Exactly one mailbox. Stricter than RFC 5322, which allows quoted local parts with spaces and commas: what passes here
 * cannot be read as two addresses, or as the start of a header.
 */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s\p{C}"(),:;<>@[\]\\]+@[^\s\p{C}"(),:;<>@[\]\\]+$/u.test(text)
}

/** One line for a header: what a person typed must not begin another one. */
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()

/**
 * @param correlation what the mail goes back to, for whoever looks for it in the log of facts
 * @param headers further ones
 * @returns the mail in nodemailer's terms
 * @throws DeliveryFailed (permanent) when the recipient's address is none
 */
export function toMime(
  mail: Mail,
  sender: Sender,
  date: Date,
  correlation: string | null,
  headers: Readonly<Record<string, string>> = {},
): SendMailOptions {
  const { name, address } = mail.to
  if (!isAddress(address)) throw invalidAddress()
  return {
    from: { name: oneLine(mail.senderName ?? sender.name), address: sender.address },
    // An object, not text: a name such as "a@b.c, x" would be parsed into another recipient.
    to: { name: oneLine(name ?? ''), address },
    subject: oneLine(mail.subject),
    messageId: `<${mail.id}@${sender.domain}>`,
    date,
    text: mail.text,
    html: mail.html,
    headers: {
      // RFC 3834: an absence reply to a machine helps nobody.
      'Auto-Submitted': 'auto-generated',
      ...(correlation === null ? {} : { 'X-Correlation-Id': correlation }),
      ...headers,
    },
    attachments: mail.attachments.map(({ filename, contentType, content, cid }) => ({
      filename,
      contentType,
      content,
      ...(cid === undefined ? {} : { cid, contentDisposition: 'inline' as const }),
    })),
  }
}
