import type { GuestView } from '@contracts/guests.ts'
import type { GuestDetails } from './guests.api.ts'

/** The fields of the form as they are typed. */
export interface GuestDraft {
  name: string
  email: string
  phone: string
  plusOnes: string
  externalRef: string
  utmSource: string
}

export type GuestFault = 'nameMissing' | 'plusOnesWrong'

export const emptyGuest = (): GuestDraft => ({
  name: '',
  email: '',
  phone: '',
  plusOnes: '0',
  externalRef: '',
  utmSource: '',
})

export const guestDraftOf = (guest: GuestView): GuestDraft => ({
  name: guest.name ?? '',
  email: guest.email ?? '',
  phone: guest.phone ?? '',
  plusOnes: String(guest.plusOnesAllowed),
  externalRef: guest.externalRef ?? '',
  utmSource: guest.utmSource ?? '',
})

/** The largest number of people a guest may bring, as in the contract. */
const mostPlusOnes = 20

/** What is wrong, by the field of the API it belongs to; addresses are for the server to judge. */
export function guestFaults(draft: GuestDraft): Partial<Record<keyof GuestDetails, GuestFault>> {
  const plusOnes = draft.plusOnes.trim()
  const fits = /^\d{1,2}$/.test(plusOnes) && Number(plusOnes) <= mostPlusOnes
  return {
    ...(draft.name.trim() === '' ? { name: 'nameMissing' } : {}),
    ...(fits || plusOnes === '' ? {} : { plusOnesAllowed: 'plusOnesWrong' }),
  }
}

/** The body for the API of a draft without faults; an empty field is no value. */
export function guestDetails(draft: GuestDraft): GuestDetails {
  return {
    name: draft.name.trim(),
    email: draft.email.trim() || null,
    phone: draft.phone.trim() || null,
    plusOnesAllowed: Number(draft.plusOnes.trim() || '0'),
    externalRef: draft.externalRef.trim() || null,
    utmSource: draft.utmSource.trim() || null,
  }
}
