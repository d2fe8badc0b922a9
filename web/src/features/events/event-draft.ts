import { ownZone } from '@shared/when.ts'
import type { EventView } from '@contracts/events.ts'
import type { EventDetails } from './events.api.ts'
import { instantAt, wallClockAt } from './zoned-time.ts'

/** The fields of the form as they are typed. */
export interface EventDraft {
  name: string
  date: string
  timezone: string
  venue: string
  capacity: string
  slug: string
}

export type DraftFault = 'nameMissing' | 'dateMissing' | 'dateWrong' | 'dateFar' | 'capacityWrong'

/** The contract takes events in these years. */
const FIRST_YEAR = 2000
const LAST_YEAR = 2199

export const emptyDraft = (): EventDraft => ({
  name: '',
  date: '',
  timezone: ownZone(),
  venue: '',
  capacity: '',
  slug: '',
})

export const draftOf = (event: EventView): EventDraft => ({
  name: event.name,
  date: wallClockAt(event.eventDate, event.timezone),
  timezone: event.timezone,
  venue: event.venue ?? '',
  capacity: event.maxCapacity === null ? '' : String(event.maxCapacity),
  slug: event.slug,
})

function dateFaultOf({ date, timezone }: EventDraft): DraftFault | null {
  if (date === '') return 'dateMissing'
  const instant = instantAt(date, timezone)
  if (instant === null) return 'dateWrong'
  const year = new Date(instant).getUTCFullYear()
  return year < FIRST_YEAR || year > LAST_YEAR ? 'dateFar' : null
}

/** What is wrong, by the field of the API it belongs to; the rest is for the server to judge. */
export function faultsOf(draft: EventDraft): Partial<Record<keyof EventDetails, DraftFault>> {
  const capacity = draft.capacity.trim()
  const dateFault = dateFaultOf(draft)
  return {
    ...(draft.name.trim() === '' ? { name: 'nameMissing' } : {}),
    ...(dateFault === null ? {} : { eventDate: dateFault }),
    ...(capacity !== '' && !/^[1-9]\d*$/.test(capacity) ? { maxCapacity: 'capacityWrong' } : {}),
  }
}

/** The body for the API of a draft without faults. */
export function detailsOf(draft: EventDraft): EventDetails {
  const capacity = draft.capacity.trim()
  const slug = draft.slug.trim()
  return {
    name: draft.name.trim(),
    eventDate: instantAt(draft.date, draft.timezone) ?? '',
    timezone: draft.timezone,
    venue: draft.venue.trim() || null,
    maxCapacity: capacity === '' ? null : Number(capacity),
    ...(slug === '' ? {} : { slug }),
  }
}
