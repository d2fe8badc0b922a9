import { MINUTE } from '../../kernel/time.ts'
import type { Letter } from './layout.ts'

/**
 * @param link leads to the page where a new password is chosen
 * @param validFor milliseconds
 */
export function passwordResetLetter(hostName: string | null, link: string, validFor: number): Letter {
  return {
    subject: 'Choose a new password',
    preheader: 'Somebody asked to reset the password of your GuestGuard account.',
    sender: 'GuestGuard',
    heading: 'Choose a new password',
    parts: [
      { kind: 'paragraph', text: hostName === null ? 'Hello,' : `Hello ${hostName},` },
      {
        kind: 'paragraph',
        text: 'somebody, probably you, asked to reset the password of your GuestGuard account.',
      },
      { kind: 'button', label: 'Choose a new password', url: link },
      {
        kind: 'note',
        text: `The link works once, for ${String(Math.round(validFor / MINUTE))} minutes. If it was not you, do nothing: your password stays as it is.`,
      },
    ],
    footer: 'You get this because this address belongs to a GuestGuard account.',
  }
}
