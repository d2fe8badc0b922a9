/** An instant as people at a place read it: `Fri, 31 Dec 2027, 20:00 CET`. `zone` is an IANA name. */
export function whenAt(instant: string, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  }).format(new Date(instant))
}

/** The clock of a moment in the reader's own zone: `20:04:31`. */
export function clockOf(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(instant))
}

/** `5 Jun` in the reader's own zone. */
export function shortDay(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(new Date(instant))
}

/** Whether an instant is on this day, in the reader's own zone. */
export function isToday(instant: string, now: Date = new Date()): boolean {
  return new Date(instant).toDateString() === now.toDateString()
}
