import { MINUTE } from '../../kernel/time.ts'
import type { Baseline } from '../baseline.ts'
import type { Opening } from '../opening.ts'
import type { Signal } from '../signal.ts'
import { isFamiliar, networkFamiliarity } from '../traces.ts'
import { wayTo } from '../travel.ts'

/**
 * km/h. Airliners cruise at 830 to 900; nobody is faster from one page to another, with the ways to and from the airport.
 * Others choose 805 (Okta), 900 (Panther) or 1000: below 900 lies a flight, above it a long haul from gate to gate.
 */
const FASTEST_AIRLINER = 900

/** km/h. Faster than any train or car, so that it takes a flight. */
const FASTEST_ON_LAND = 300

/**
 * km, beyond both radii. Every second mobile address is further off than its radius; a shorter way is mostly the error of one
 * of them, and within minutes any error would look fast.
 */
const A_JOURNEY = 300

const IMPOSSIBLE = 100
const BY_AIR = 70

/** The way from the guest's own last place is too long for the time. A network known of the guest is no journey. */
export const impossibleTravel: Signal = {
  name: 'impossible_travel',
  measure(baseline, opening) {
    if (baseline.ownPlace === null || isFamiliar(networkFamiliarity(baseline, opening))) return 0
    const way = wayTo(baseline.ownPlace, opening)
    if (way === null || way.km < A_JOURNEY || way.speed <= FASTEST_ON_LAND) return 0
    return way.speed > FASTEST_AIRLINER ? IMPOSSIBLE : BY_AIR
  },
  explain(baseline, opening, subScore) {
    const from = baseline.ownPlace
    if (from === null) return null
    const places = {
      before: from.city ?? from.country,
      now: opening.geo?.city ?? opening.geo?.country ?? null,
    }
    if (subScore === IMPOSSIBLE) {
      const minutes = Math.max(1, Math.floor(Math.abs(opening.occurredAt - from.at) / MINUTE))
      return { code: 'geo_jump_impossible', params: { minutes }, places }
    }
    return { code: 'geo_jump_large', params: { km: kilometres(baseline, opening) }, places }
  },
}

/** Whole km between the two areas, the radii of both taken off. */
function kilometres({ ownPlace }: Baseline, opening: Opening): number {
  return Math.floor(wayTo(ownPlace, opening)?.km ?? 0)
}
