import type { Invitation, Rsvp } from '@contracts/rsvp.ts'

export type Answer = Rsvp['answer']

/** What the guest is filling in. */
export interface AnswerDraft {
  answer: Answer | null
  /** People beside the guest. */
  plusOnes: number
  /** One entry per plus-one; empty ones are allowed. */
  names: string[]
  note: string
}

export interface AnswerBody {
  answer: Answer
  partySize: number
  plusOneNames: string[]
  note: string | null
}

/** The contract takes 20 names of 120 characters and a note of 500. */
export const MAX_NAMES = 20
export const MAX_NAME = 120
export const MAX_NOTE = 500

/** @returns the draft a guest starts with: the answer given before, or nothing chosen. */
export function draftOf(rsvp: Rsvp | null, plusOnesAllowed: number): AnswerDraft {
  if (rsvp === null) return { answer: null, plusOnes: 0, names: [], note: '' }
  const plusOnes = Math.min(Math.max(rsvp.partySize - 1, 0), plusOnesAllowed)
  return { answer: rsvp.answer, plusOnes, names: [...rsvp.plusOneNames], note: rsvp.note ?? '' }
}

/** @returns the body of the answer, or null while nothing is chosen. Names beyond the party stay in the draft only. */
export function bodyOf(draft: AnswerDraft): AnswerBody | null {
  if (draft.answer === null) return null
  const plusOnes = draft.answer === 'declined' ? 0 : draft.plusOnes
  const plusOneNames = draft.names
    .slice(0, Math.min(plusOnes, MAX_NAMES))
    .map(oneLine)
    .filter((name) => name !== '')
  const note = oneLine(draft.note)
  return { answer: draft.answer, partySize: 1 + plusOnes, plusOneNames, note: note === '' ? null : note }
}

/** The contract takes single lines: a line break of the note becomes a space. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim()

export type Seats =
  | { kind: 'plenty' }
  | { kind: 'few'; left: number }
  | { kind: 'too_few'; left: number }
  | { kind: 'full' }
  /** Seats are free, and others wait for them. */
  | { kind: 'promised' }

/** Seats are worth a word when about this few are left. */
const FEW = 20

/**
 * Says before the answer whether this party would wait.
 * @param partySize people including the guest
 * @returns what to tell; the seats a confirmed party already holds count as free for it
 */
export function seatsFor(invitation: Invitation, partySize: number): Seats {
  const { seatsLeft, seatsPromised } = invitation.event
  if (seatsLeft === null) return { kind: 'plenty' }
  const held = invitation.status === 'confirmed' ? (invitation.rsvp?.partySize ?? 0) : 0
  const left = Math.max(seatsLeft, 0) + held
  if (left === 0) return { kind: seatsPromised > 0 ? 'promised' : 'full' }
  if (partySize > left) return { kind: 'too_few', left }
  // Who already has seats needs no push.
  return left <= FEW && held === 0 ? { kind: 'few', left } : { kind: 'plenty' }
}
