import type { InjectionKey } from 'vue'
import type { GuestView } from '@contracts/guests.ts'
import type { Channel } from './guests.api.ts'

export type GuestAction = 'copyLink' | 'newLink' | 'revoke' | 'edit' | 'remove' | 'forget'

/** What can be done with a guest, in the order of the menu. */
export function actionsFor(guest: GuestView): readonly GuestAction[] {
  const link: GuestAction[] = guest.linkRevoked ? ['newLink'] : ['copyLink', 'newLink', 'revoke']
  return ['edit', ...link, 'remove', 'forget']
}

/** How a link is sent to a guest: as their invitation was, as long as they can be reached so. Null without any address. */
export function channelTo({ email, phone, invitation }: GuestView): Channel | null {
  const reached: readonly Channel[] = [
    ...(email === null ? [] : (['email'] as const)),
    ...(phone === null ? [] : (['sms'] as const)),
  ]
  return reached.find((channel) => channel === invitation.channel) ?? reached[0] ?? null
}

export type ActOnGuest = (action: GuestAction, guest: GuestView) => void

/** Provided by the guests tab, which holds the dialogs, to rows and drawer. */
export const actOnGuest: InjectionKey<ActOnGuest> = Symbol('actOnGuest')
