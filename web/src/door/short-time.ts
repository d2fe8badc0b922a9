import { ownZone, timeAt, type Instant } from '@shared/when.ts'

/** "21:04", or "3 Mar, 21:04" when it was not today, on the clock of this device. */
export const shortTime = (at: Instant): string => timeAt(at, ownZone(), 'minute', Date.now())
