import { MINUTE } from '../../src/kernel/time.ts'
import { agentClass } from '../../src/scoring/agent.ts'
import type { Opening } from '../../src/scoring/opening.ts'
import { attackVisits, drawAttack, type Attack } from './attackers.ts'
import { digestOf } from './devices.ts'
import { honestVisits, person, type Visit } from './guests.ts'
import { Networks, type Network } from './networks.ts'
import { seeded } from './random.ts'
import { CITIES, type World } from './world.ts'

export interface SimulatedOpening {
  readonly opening: Opening
  /** Null for the guest's own. */
  readonly attack: Attack | null
}

export interface Population {
  /** The openings of each guest's link, in the order in which they arrive. */
  readonly guests: readonly (readonly SimulatedOpening[])[]
  /** Visits of mail scanners: they make no gesture, so they never reach a rule set. */
  readonly scannerVisits: number
}

/** @returns the same population for the same seed and world, on every machine */
export function simulate(seed: number, guests: number, world: World): Population {
  const random = seeded(seed)
  const networks = new Networks(random, world)
  const places = CITIES.map((city) => [city, city.guests] as const)
  const histories: SimulatedOpening[][] = []
  let scannerVisits = 0
  let neighbour: { city: (typeof CITIES)[number]; home: Network } | null = null
  for (let n = 0; n < guests; n++) {
    const shared = neighbour !== null && random.chance(world.sharedHome) ? neighbour : null
    const guest = person(random, world, networks, shared?.city ?? random.weighted(places), shared?.home)
    neighbour = guest
    const honest = honestVisits(random, world, networks, guest)
    if (random.chance(world.mailScanner)) scannerVisits += 1 + random.int(3)
    const attack = drawAttack(random, world)
    const others = attack === null ? [] : attackVisits(random, world, networks, guest, honest, attack)
    const visits = [
      ...honest.map((visit) => ({ visit, attack: null })),
      ...others.map((visit) => ({ visit, attack })),
    ].sort((a, b) => a.visit.at - b.visit.at)
    histories.push(
      visits.map(({ visit, attack: by }) => {
        const skew = random.chance(world.skewedClock) ? Math.round((random.next() - 0.5) * 3 * MINUTE) : 0
        return { opening: openingOf(visit, skew), attack: by }
      }),
    )
  }
  return { guests: histories, scannerVisits }
}

function openingOf({ at, device, userAgent, network }: Visit, skew: number): Opening {
  return {
    occurredAt: Math.round(at) + skew,
    ipPrefix: network.prefix,
    hasUserAgent: userAgent !== null,
    fingerprintDigest: device === null ? null : digestOf(device),
    geo: network.geo,
    agent: agentClass(userAgent),
    network: network.kind,
  }
}
