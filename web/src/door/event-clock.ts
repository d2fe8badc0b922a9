import { useZone } from '@shared/useZone.ts'
import { ownZone, timeAt, type Instant } from '@shared/when.ts'

/**
 * The zone in which a scanner shows times: staff speak of the clocks of the event, wherever their phone thinks it is.
 * @param timeZone IANA name as the server has it; undefined while the event is not known
 * @returns that zone; the phone's own where it is not known, also to an old browser
 */
export function zoneAtDoor(timeZone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return ownZone()
  }
}

/**
 * The clocks of the event, inside `provideZone`; elsewhere those of this device.
 * @returns writes "21:04", or "3 Mar, 21:04" when it is not today; with the zone, as in "21:04 CET", where the clock of this device
 *   shows another time
 */
export function useEventClock(): (at: Instant) => string {
  const ofPage = useZone()
  return (at) => {
    const zone = ofPage.value ?? ownZone()
    const timeIn = (place: string) => timeAt(at, place, 'minute', Date.now())
    const there = timeIn(zone)
    return there === timeIn(ownZone()) ? there : `${there} ${nameOf(zone, at)}`
  }
}

/** Such as CET: the language writes it behind the time. */
const nameOf = (timeZone: string, at: Instant): string =>
  new Date(at).toLocaleTimeString('en-GB', { timeZone, timeZoneName: 'short' }).split(' ')[1] ?? timeZone
