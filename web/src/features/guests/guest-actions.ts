import type { InjectionKey } from 'vue'
import type { GuestView } from '@contracts/guests.ts'

export type GuestAction = 'copyLink' | 'newLink' | 'edit' | 'remove' | 'forget'

/** What can be done with a guest, in the order of the menu. An erased guest can only be removed. */
export const actionsFor = (guest: GuestView): readonly GuestAction[] =>
  guest.erased ? ['remove'] : ['copyLink', 'newLink', 'edit', 'remove', 'forget']

/** Provided by the guests tab, which holds the dialogs, to rows and drawer. */
export const actOnGuest: InjectionKey<(action: GuestAction, guest: GuestView) => void> = Symbol('actOnGuest')
