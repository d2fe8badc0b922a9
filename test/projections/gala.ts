import { test } from 'vitest'
import type { Step } from '../support/facts.ts'
import { aHostId, anEventId, appendSteps, appendTogether, eventSteps, guestSteps } from '../support/facts.ts'
import { openWorld, settle } from './world.ts'

/** The event that is asked about. */
export const EVENT = anEventId(0)
/** The number of an event with 25 guests, for paging. */
export const CROWD = 2

const zoe = guestSteps(0, 1)
export const bob = guestSteps(0, 2)
const eve = guestSteps(0, 3)
const gone = guestSteps(0, 4)
const shy = guestSteps(0, 5)

/** A gala with five guests: Zoë inside, Bob and Eve waiting, one removed and one forgotten. */
const steps: readonly Step[] = [
  eventSteps(0).created({ name: 'Gala' }),
  eventSteps(1).created({ name: 'Later' }),
  eventSteps(CROWD).created({ name: 'Crowd', ownerId: aHostId(9) }),
  eventSteps(0).capacity(10),
  eventSteps(0).published(),
  zoe.invited({
    name: 'Zoë Müller',
    email: 'Zoe@Orangerie.fr',
    phone: '+33612345678',
    externalRef: 'CRM-1',
  }),
  zoe.linkIssued(1),
  zoe.queued(),
  zoe.sent(),
  zoe.attempted(1),
  zoe.scored(1, {
    score: 65,
    band: 'high',
    reasons: [
      { code: 'geo_jump_impossible', params: { minutes: 12 } },
      { code: 'ip_change', params: {} },
    ],
  }),
  zoe.answered('confirmed', 3, { plusOneNames: ['Max'], note: 'Vegetarian' }),
  zoe.checkedIn(1, 2, 'North gate'),
  zoe.checkedIn(2, 1, 'South gate'),
  zoe.undone(2),
  bob.invited({ name: 'Bob', email: 'bob@example.org', externalRef: null }),
  bob.sent(),
  bob.attempted(2, null),
  bob.answered('waitlisted', 2),
  bob.refused('not_attending'),
  eve.invited({ name: 'Eve', email: null, phone: '+4915112345678' }),
  eve.answered('waitlisted', 1),
  gone.invited({ name: 'Gone' }),
  gone.attempted(4),
  gone.removed(),
  shy.invited({ name: '100%_shy' }),
  shy.forgotten(),
  guestSteps(1, 1).invited({ name: 'Zoë of another event', email: 'zoe@orangerie.fr' }),
]

const crowd = Array.from({ length: 25 }, (_, n) => [
  // Five names for 25 guests: sorting by name has ties.
  guestSteps(CROWD, n).invited({ name: `Name ${String(n % 5)}` }),
  guestSteps(CROWD, n).attempted(1_000 + n),
  guestSteps(CROWD, n).scored(1_000 + n, { score: (n % 4) * 20, band: n % 4 === 3 ? 'medium' : 'low' }),
]).flat()

/** Questions about the gala; the tests of a file ask the same read models. */
export const atTheGala = test
  .extend('world', { scope: 'file' }, async ({}, { onCleanup }) => {
    const world = await openWorld()
    onCleanup(() => world.close())
    return world
  })
  .extend('projections', { scope: 'file' }, async ({ world }) => {
    const projections = world.process()
    await projections.start()
    await appendSteps(world.log, steps)
    await appendTogether(world.log, crowd)
    await settle(world, projections)
    return projections
  })
  .extend('queries', { scope: 'file' }, ({ projections }) => projections.queries)
