const sameDay = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const otherDay = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})

/** "21:04", or "3 Mar, 21:04" when it was not today, on the clock of this device. */
export function shortTime(at: string | number, now = Date.now()): string {
  const instant = new Date(at)
  return instant.toDateString() === new Date(now).toDateString()
    ? sameDay.format(instant)
    : otherDay.format(instant)
}
