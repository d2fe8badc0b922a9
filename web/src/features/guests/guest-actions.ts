import type { InjectionKey } from 'vue'
import type { GuestView } from '@contracts/guests.ts'

export type GuestAction = 'copyLink' | 'newLink' | 'revoke' | 'edit' | 'remove' | 'forget'

/** What can be done with a guest, in the order of the menu. */
export function actionsFor(guest: GuestView): readonly GuestAction[] {
  const link: GuestAction[] = guest.linkRevoked ? ['newLink'] : ['copyLink', 'newLink', 'revoke']
  return ['edit', ...link, 'remove', 'forget']
}

export type ActOnGuest = (action: GuestAction, guest: GuestView) => void

/** Provided by the guests tab, which holds the dialogs, to rows and drawer. */
export const actOnGuest: InjectionKey<ActOnGuest> = Symbol('actOnGuest')
