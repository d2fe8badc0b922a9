import { DomainError } from '../kernel/errors.ts'
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

/** @returns finds one by its name. @throws DomainError `no_such_projection` */
export function namedIn(among: readonly Projection[]): (name: string) => Projection {
  return (name) => {
    const found = among.find((projection) => projection.name === name)
    if (found !== undefined) return found
    throw new DomainError('not_found', 'no_such_projection', `There is no projection ${name}.`)
  }
}
