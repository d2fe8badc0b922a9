import type { Baseline } from '../baseline.ts'
import { isExit } from '../network.ts'
import type { Opening } from '../opening.ts'
import type { Signal } from '../signal.ts'
import { hasNetwork, isFamiliar, networkFamiliarity } from '../traces.ts'
import { wayTo } from '../travel.ts'
import { impossibleTravel } from './impossible_travel.ts'

const OTHER_COUNTRY = 100
const ELSEWHERE = 55

/** Where the guest was last, as far as addresses can tell: the café, the office, the telephone on its own. */
const NEARBY = 45

/** The address does not tell where its user is; that it is an exit is `exit_network`'s to say. */
const EXIT = 40

/**
 * A network that is not known of the guest; the further away, the more it says. A journey that cannot be implies another
 * network: the two are one fact, and `impossible_travel` is it.
 */
export const newNetwork: Signal = {
  name: 'new_network',
  measure(baseline, opening) {
    if (!hasNetwork(baseline) || isFamiliar(networkFamiliarity(baseline, opening))) return 0
    if (isExit(opening.network)) return EXIT
    if (impossibleTravel.measure(baseline, opening) > 0) return 0
    if (isAbroad(baseline, opening)) return OTHER_COUNTRY
    const way = wayTo(baseline.ownPlace, opening)
    return way === null || way.km > 0 ? ELSEWHERE : NEARBY
  },
  explain: (_baseline, _opening, subScore) => ({
    code: subScore === OTHER_COUNTRY ? 'network_abroad' : 'network_new',
    params: {},
  }),
}

function isAbroad({ ownPlace }: Baseline, { geo }: Opening): boolean {
  return ownPlace?.country != null && geo?.country != null && ownPlace.country !== geo.country
}
