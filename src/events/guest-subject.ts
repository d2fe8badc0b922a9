import { guestOf, guestSubject } from './streams.ts'

/** @returns whose key seals what facts of `stream`, one of a guest, say of the guest */
export function ofGuest(stream: string): string {
  const { eventId, guestId } = guestOf(stream)
  return guestSubject(eventId, guestId)
}
