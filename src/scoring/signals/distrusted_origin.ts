import { looksLikeOthers } from '../agent.ts'
import type { Signal } from '../signal.ts'
import { deviceFamiliarity, isFamiliar, networkFamiliarity } from '../traces.ts'

const DEVICE = 100

/** A device that looks like many others, or only the network: it may be somebody else's. */
const PERHAPS = 50

/** From a device, or a new device on a network, that the host marked as suspicious for this guest. */
export const distrustedOrigin: Signal = {
  name: 'distrusted_origin',
  measure(baseline, opening) {
    const device = deviceFamiliarity(baseline, opening)
    if (isFamiliar(device)) return 0
    const network = networkFamiliarity(baseline, opening)
    if (device === 'distrusted') {
      return network !== 'distrusted' && looksLikeOthers(opening.agent) ? PERHAPS : DEVICE
    }
    return network === 'distrusted' ? PERHAPS : 0
  },
  explain: () => ({ code: 'origin_distrusted', params: {} }),
}
