import { onTheList, speakerOf, whenOf, type Occasion } from '../occasion.ts'
import { PASS_CID } from '../pass.ts'
import type { Letter, Part } from './layout.ts'

export interface GuestLetter {
  readonly occasion: Occasion
  /** Null when unknown. */
  readonly guestName: string | null
  /** The guest's personal link. */
  readonly link: string
}

export interface InvitationLetter extends GuestLetter {
  /** People whom the guest may bring along. */
  readonly plusOnesAllowed: number
}

export type Reply =
  | {
      readonly status: 'confirmed'
      readonly partySize: number
      readonly passCode: string
      /** What the QR code holds. */
      readonly pass: string
      readonly promoted: boolean
    }
  | { readonly status: 'waitlisted'; readonly partySize: number }
  | { readonly status: 'declined' }
  | { readonly status: 'maybe' }

const hello = (guestName: string | null) => (guestName === null ? 'Hello,' : `Hello ${guestName},`)

function details({ venue, ...occasion }: Occasion): Part[] {
  const when: Part = { kind: 'detail', label: 'When', value: whenOf(occasion) }
  return venue === null ? [when] : [when, { kind: 'detail', label: 'Where', value: venue }]
}

const people = (count: number) => (count === 1 ? '1 person' : `${String(count)} people`)

const KEEP_IT: Part = {
  kind: 'note',
  text: 'This link is yours alone: openings by other people are noticed and may be stopped, so please do not pass it on.',
}

function company(plusOnesAllowed: number): Part[] {
  if (plusOnesAllowed === 0) return []
  const most = plusOnesAllowed === 1 ? 'somebody' : `up to ${people(plusOnesAllowed)}`
  return [{ kind: 'paragraph', text: `You may bring ${most} along.` }]
}

export function invitationLetter({ occasion, guestName, link, plusOnesAllowed }: InvitationLetter): Letter {
  const { name, hostName } = occasion
  return {
    subject: `Your invitation: ${name}`,
    preheader: `${hostName === null ? '' : `From ${hostName}. `}${whenOf(occasion)}. Open your invitation and answer.`,
    sender: hostName ?? 'Your invitation',
    heading: name,
    parts: [
      { kind: 'paragraph', text: hello(guestName) },
      {
        kind: 'paragraph',
        text: hostName === null ? `You are invited to ${name}.` : `${hostName} invites you to ${name}.`,
      },
      ...details(occasion),
      ...company(plusOnesAllowed),
      { kind: 'button', label: 'Open your invitation', url: link },
      KEEP_IT,
    ],
    footer: onTheList(occasion),
  }
}

/** The answer to an answer: what the guest has now, and the way to change it. */
export function replyLetter(letter: GuestLetter, reply: Reply): Letter {
  const { occasion, guestName, link } = letter
  const { name } = occasion
  const { subject, text, parts } = wordsFor(reply, occasion)
  return {
    subject: `${subject}: ${name}`,
    preheader: text,
    sender: speakerOf(occasion),
    heading: subject,
    parts: [
      { kind: 'paragraph', text: hello(guestName) },
      { kind: 'paragraph', text },
      ...parts,
      { kind: 'button', label: 'See or change your answer', url: link },
      KEEP_IT,
    ],
    footer: `You get this because you answered the invitation to ${name}.`,
  }
}

interface Words {
  readonly subject: string
  readonly text: string
  readonly parts: readonly Part[]
}

function wordsFor(reply: Reply, occasion: Occasion): Words {
  const { name } = occasion
  switch (reply.status) {
    case 'confirmed': {
      const seats = `${people(reply.partySize)} on the list for ${name}`
      return {
        subject: 'You are on the list',
        text: reply.promoted
          ? `Seats became free: you are off the waiting list, ${seats}.`
          : `See you there: ${seats}.`,
        parts: [
          ...details(occasion),
          { kind: 'paragraph', text: 'Show this at the door. It lets your whole party in.' },
          { kind: 'pass', cid: PASS_CID, code: reply.passCode },
        ],
      }
    }
    case 'waitlisted':
      return {
        subject: 'You are on the waiting list',
        text: `${name} has no seats for you yet: ${people(reply.partySize)} on the waiting list. We write to you as soon as you have them.`,
        parts: details(occasion),
      }
    case 'declined':
      return {
        subject: 'Your answer is noted',
        text: `You cannot come to ${name}. Thank you for saying so.`,
        parts: [],
      }
    case 'maybe':
      return {
        subject: 'Your answer is noted',
        text: `You may come to ${name}. No seat is kept until you say yes.`,
        parts: details(occasion),
      }
  }
}
