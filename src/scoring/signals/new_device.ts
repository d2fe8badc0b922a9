import { agentFamiliarity } from '../agent.ts'
import type { Signal } from '../signal.ts'
import { deviceFamiliarity, hasDevice, hasNetwork, isFamiliar } from '../traces.ts'

/** A telephone and a laptop: the most common honest case by far. */
const OF_ANOTHER_KIND = 80

/** The same system in another browser: mostly the same device, opened from within an app. */
const OTHER_BROWSER = 70

/**
 * The same system and browser, and yet another device: few people own two alike. It is somebody else's, or a copy by
 * somebody who knows the user agent but not the rest.
 */
const ALIKE = 100

/** Details withheld where there were some, or shown where there were none: nothing is gained by withholding them. */
const NOT_COMPARABLE = 100

/** A device that is not known of the guest, and that nobody vouched for. */
export const newDevice: Signal = {
  name: 'new_device',
  measure(baseline, opening) {
    if (isFamiliar(deviceFamiliarity(baseline, opening))) return 0
    const shown = opening.fingerprintDigest !== null
    if (!hasDevice(baseline)) return shown && hasNetwork(baseline) ? NOT_COMPARABLE : 0
    if (!shown) return NOT_COMPARABLE
    const browser = agentFamiliarity(baseline.agents, opening.agent)
    return browser === 'same' ? ALIKE : browser === 'system' ? OTHER_BROWSER : OF_ANOTHER_KIND
  },
  explain: (_baseline, opening) => ({
    code: opening.fingerprintDigest === null ? 'device_withheld' : 'device_new',
    params: {},
  }),
}
