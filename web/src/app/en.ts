import { account } from '../features/account/en.ts'
import { checkin } from '../features/checkin/en.ts'
import { events } from '../features/events/en.ts'
import { guests } from '../features/guests/en.ts'
import { landing } from '../features/landing/en.ts'
import { live } from '../features/live/en.ts'
import { outbox } from '../features/outbox/en.ts'
import { security } from '../features/security/en.ts'

export const en = {
  app: {
    name: 'GuestGuard',
    skip: 'Skip to the content',
    events: 'Events',
    outbox: 'Outbox',
    account: 'Account of {email}',
    signOut: 'Sign out',
    signIn: 'Sign in',
    register: 'Create an account',
    loading: 'Loading…',
    optional: 'optional',
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    tryAgain: 'Try again',
    dismiss: 'Dismiss',
    signedOut: 'You have been signed out. Sign in to go on.',
    notFoundTitle: 'There is nothing here',
    notFoundText: 'The address may be mistyped, or the page belongs to another account.',
    toEvents: 'To your events',
    pageFailed: 'This part of the page could not be loaded. Check the connection and try again.',
    geo: 'IP geolocation by DB-IP',
  },
  account,
  checkin,
  events,
  guests,
  landing,
  live,
  outbox,
  security,
}
