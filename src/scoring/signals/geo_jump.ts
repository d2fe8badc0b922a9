import { HOUR, MINUTE } from '../../kernel/time.ts'
import type { Baseline } from '../baseline.ts'
import { distanceKm } from '../distance.ts'
import { isLocated, type Opening } from '../opening.ts'
import type { Signal } from '../signal.ts'

/** km; a shorter way says little, because coordinates of addresses are areas of up to some hundred km. */
const FAR_KM = 500

/** Sub-score of a way that nobody travels in the time, and of one that a flight could just explain. */
const IMPOSSIBLE = 100
const UNLIKELY = 50

/** The last known place is too far away for the time that has passed since. */
export const geoJump: Signal = {
  name: 'geo_jump',
  measure(baseline, opening) {
    if (baseline.last === null) return 0
    const elapsed = opening.occurredAt - baseline.last.at
    if (elapsed >= 6 * HOUR || travelled(baseline, opening) <= FAR_KM) return 0
    // No time at all, or an opening that arrived out of order, proves less: the clock may be what is wrong.
    return elapsed > 0 && elapsed < HOUR ? IMPOSSIBLE : UNLIKELY
  },
  explain(baseline, opening, subScore) {
    const { last } = baseline
    if (last === null) return null
    const places = {
      before: last.city ?? last.country,
      now: opening.geo?.city ?? opening.geo?.country ?? null,
    }
    if (subScore === IMPOSSIBLE) {
      const minutes = Math.max(1, Math.floor((opening.occurredAt - last.at) / MINUTE))
      return { code: 'geo_jump_impossible', params: { minutes }, places }
    }
    return { code: 'geo_jump_large', params: { km: Math.floor(travelled(baseline, opening)) }, places }
  },
}

/** @returns km from the last known place; 0 where either end is unknown. */
function travelled({ last }: Baseline, { geo }: Opening): number {
  return last !== null && isLocated(geo) ? distanceKm(last.lat, last.lon, geo.lat, geo.lon) : 0
}
