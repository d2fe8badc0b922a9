import { activity } from './activity.ts'
import { arrivals } from './arrivals.ts'
import { door } from './door.ts'
import { events } from './events.ts'
import { guests } from './guests.ts'
import { preview } from './preview.ts'
import type { Projection } from './projection.ts'
import { rsvps } from './rsvps.ts'

/** Every read model of the product. */
export const projections: readonly Projection[] = [events, guests, rsvps, activity, arrivals, door, preview]
