import type { Reader } from '../reader.ts'
import { activityQueries } from './activity.ts'
import { arrivalQueries } from './arrivals.ts'
import { doorQueries } from './door.ts'
import { eventQueries } from './events.ts'
import { guestQueries } from './guests.ts'
import { previewQueries } from './preview.ts'
import { rsvpQueries } from './rsvps.ts'
import type { ReadModelQueries } from './types.ts'

export function createQueries(reader: Reader): ReadModelQueries {
  return {
    events: eventQueries(reader),
    guests: guestQueries(reader),
    rsvps: rsvpQueries(reader),
    activity: activityQueries(reader),
    arrivals: arrivalQueries(reader),
    door: doorQueries(reader),
    preview: previewQueries(reader),
  }
}
