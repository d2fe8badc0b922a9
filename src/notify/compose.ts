import { calendarFile } from './calendar.ts'
import type { Attachment, Mail, MessageOwner, Sms } from './message.ts'
import { speakerOf, type Occasion } from './occasion.ts'
import { passPicture } from './pass.ts'
import { oneSegment } from './sms-text.ts'
import { codeLetter, type CodeLetter } from './templates/code-letter.ts'
import {
  invitationLetter,
  replyLetter,
  type GuestLetter,
  type InvitationLetter,
  type Reply,
} from './templates/guest-letters.ts'
import { passwordResetLetter } from './templates/host-letters.ts'
import { letterHtml, letterText, type Letter } from './templates/layout.ts'

export type { Occasion } from './occasion.ts'
export type { GuestLetter, InvitationLetter, Reply } from './templates/guest-letters.ts'

/** Whom a message is for, and its id, which is the same for every try. */
export interface Addressee<To> {
  readonly id: string
  readonly to: To
}

const ownerOf = ({ eventId: id }: Occasion): MessageOwner => ({ kind: 'event', id })

function mailOf(
  { id, to }: Addressee<string>,
  owner: MessageOwner,
  recipientName: string | null,
  senderName: string | null,
  letter: Letter,
  attachments: readonly Attachment[] = [],
): Mail {
  return {
    id,
    owner,
    to: { name: recipientName, address: to },
    senderName,
    subject: letter.subject,
    html: letterHtml(letter),
    text: letterText(letter),
    attachments,
  }
}

function mailToGuest(
  addressee: Addressee<string>,
  { occasion, guestName }: Pick<GuestLetter, 'occasion' | 'guestName'>,
  letter: Letter,
  attachments?: readonly Attachment[],
): Mail {
  return mailOf(addressee, ownerOf(occasion), guestName, speakerOf(occasion), letter, attachments)
}

export function invitationMail(addressee: Addressee<string>, about: InvitationLetter): Mail {
  return mailToGuest(addressee, about, invitationLetter(about))
}

/** One segment when the link leaves room for it: with its 72 characters of token and a short PUBLIC_URL, 45 are left for names. */
export function invitationSms({ id, to }: Addressee<string>, { occasion, link }: GuestLetter): Sms {
  const { name, hostName } = occasion
  const write = ([event = '', host]: readonly string[]) =>
    host === undefined ? `You are invited to ${event}: ${link}` : `${host} invites you to ${event}: ${link}`
  return {
    id,
    owner: ownerOf(occasion),
    to,
    text: oneSegment(hostName === null ? [name] : [name, hostName], write),
  }
}

/** @param domain of the product's address, for the calendar entry */
export async function replyMail(
  addressee: Addressee<string>,
  about: GuestLetter,
  reply: Reply,
  domain: string,
): Promise<Mail> {
  const { occasion } = about
  const attachments =
    reply.status === 'confirmed' ? [await passPicture(reply.pass), calendarFile({ ...occasion, domain })] : []
  return mailToGuest(addressee, about, replyLetter(about, reply), attachments)
}

export function codeMail(addressee: Addressee<string>, about: CodeLetter): Mail {
  return mailToGuest(addressee, about, codeLetter(about))
}

export function codeSms({ id, to }: Addressee<string>, { code, occasion }: CodeLetter): Sms {
  const text = oneSegment(
    [occasion.name],
    ([event = '']) => `${code} is your code to open the invitation to ${event}.`,
  )
  return { id, owner: ownerOf(occasion), to, text }
}

/** @param validFor milliseconds that the link works for */
export function passwordResetMail(
  addressee: Addressee<string>,
  host: { readonly id: string; readonly name: string | null },
  link: string,
  validFor: number,
): Mail {
  const letter = passwordResetLetter(host.name, link, validFor)
  return mailOf(addressee, { kind: 'host', id: host.id }, host.name, null, letter)
}
