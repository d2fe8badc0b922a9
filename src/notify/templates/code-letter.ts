import { MINUTE } from '../../kernel/time.ts'
import { onTheList, speakerOf, type Occasion } from '../occasion.ts'
import type { Letter } from './layout.ts'

export interface CodeLetter {
  readonly occasion: Occasion
  /** Null when unknown. */
  readonly guestName: string | null
  readonly code: string
  /** Milliseconds that the code is good. */
  readonly validFor: number
}

/** The code is the subject too: telephones show it without opening the mail. */
export function codeLetter({ occasion, guestName, code, validFor }: CodeLetter): Letter {
  const { name } = occasion
  return {
    subject: `${code} is your code for ${name}`,
    preheader: 'Enter it on the page where you opened your invitation.',
    sender: speakerOf(occasion),
    heading: code,
    parts: [
      { kind: 'paragraph', text: guestName === null ? 'Hello,' : `Hello ${guestName},` },
      {
        kind: 'paragraph',
        text: `Your invitation to ${name} was opened on a device or in a place that is new to us. Enter this code there to go on.`,
      },
      {
        kind: 'note',
        text: `The code is good for ${String(Math.round(validFor / MINUTE))} minutes. If it was not you, do nothing, and tell nobody the code.`,
      },
    ],
    footer: onTheList(occasion),
  }
}
