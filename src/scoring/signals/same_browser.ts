import { agentFamiliarity } from '../agent.ts'
import type { Signal } from '../signal.ts'
import { hasDevice } from '../traces.ts'

const SAME = 100

/** The browser inside an app, on what may be the same device. */
const SAME_SYSTEM = 50

/**
 * Lowers the score: the same kind of browser as before, where devices cannot be compared because there are no details now or
 * were none before. Next to details of another device it says nothing for the guest, see `new_device`.
 */
export const sameBrowser: Signal = {
  name: 'same_browser',
  measure(baseline, opening) {
    if (opening.fingerprintDigest !== null && hasDevice(baseline)) return 0
    const browser = agentFamiliarity(baseline.agents, opening.agent)
    return browser === 'same' ? SAME : browser === 'system' ? SAME_SYSTEM : 0
  },
  explain: () => ({ code: 'browser_same', params: {} }),
}
