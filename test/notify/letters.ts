import type { InvitationLetter, Occasion } from '../../src/notify/compose.ts'

export const occasion: Occasion = {
  eventId: '01JCDR00000000000000000000',
  name: 'Summer Party',
  eventDate: '2026-07-04T17:00:00Z',
  timezone: 'Europe/Berlin',
  venue: 'Café Zoo, Berlin',
  hostName: 'Anna Host',
  sequence: 2,
}

export const about: InvitationLetter = {
  occasion,
  guestName: 'Bob Guest',
  plusOnesAllowed: 2,
  link: 'https://party.example/r/secret-token',
}
