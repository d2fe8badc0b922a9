import type { Signal } from '../signal.ts'
import { networkFamiliarity } from '../traces.ts'

const TRUSTED = 100
const KNOWN = 80

/** Thousands of strangers share the address of a mobile network. */
const MOBILE = 40

/** Lowers the score: a network that is known of the guest. A second device there is mostly the same household's. */
export const knownNetwork: Signal = {
  name: 'known_network',
  measure(baseline, opening) {
    const familiarity = networkFamiliarity(baseline, opening)
    if (familiarity !== 'trusted' && familiarity !== 'known') return 0
    if (opening.network === 'mobile') return MOBILE
    return familiarity === 'trusted' ? TRUSTED : KNOWN
  },
  explain: (baseline, opening) => ({
    code: networkFamiliarity(baseline, opening) === 'trusted' ? 'network_trusted' : 'network_known',
    params: {},
  }),
}
