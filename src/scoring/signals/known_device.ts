import { looksLikeOthers } from '../agent.ts'
import type { Signal } from '../signal.ts'
import { deviceFamiliarity } from '../traces.ts'

const TRUSTED = 100
const KNOWN = 60

/** Lowers the score: a device that is known of the guest. Less for one that looks the same as many others do. */
export const knownDevice: Signal = {
  name: 'known_device',
  measure(baseline, opening) {
    const familiarity = deviceFamiliarity(baseline, opening)
    const subScore = familiarity === 'trusted' ? TRUSTED : familiarity === 'known' ? KNOWN : 0
    return looksLikeOthers(opening.agent) ? subScore / 2 : subScore
  },
  explain: (baseline, opening) => ({
    code: deviceFamiliarity(baseline, opening) === 'trusted' ? 'device_trusted' : 'device_known',
    params: {},
  }),
}
