/** What every letter to a guest says about the event. */
export interface Occasion {
  readonly eventId: string
  readonly name: string
  /** ISO 8601, UTC. */
  readonly eventDate: string
  /** IANA time zone in which the host thinks of the event. */
  readonly timezone: string
  readonly venue: string | null
  /** Null when the host gave no name, or is forgotten. */
  readonly hostName: string | null
  /** How often the details changed. */
  readonly sequence: number
}

/** @returns such as `Saturday, 31 January 2026 at 19:00 CET`: the time on the clock at the place of the event */
export function whenOf({ eventDate, timezone }: Pick<Occasion, 'eventDate' | 'timezone'>): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(eventDate))
}

/** Who writes to the guests: the host, or the event itself where the host has no name. No guest knows this product. */
export const speakerOf = ({ hostName, name }: Pick<Occasion, 'hostName' | 'name'>): string => hostName ?? name

/** Why somebody is written to who has not answered. */
export const onTheList = ({ hostName, name }: Pick<Occasion, 'hostName' | 'name'>): string =>
  hostName === null
    ? `You get this because the host of ${name} put you on the guest list.`
    : `You get this because ${hostName} put you on the guest list of ${name}.`
