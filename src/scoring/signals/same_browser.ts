import { systemOf } from '../agent.ts'
import type { Signal } from '../signal.ts'

const SAME = 100

/** The browser inside an app, on what may be the same device. */
const SAME_SYSTEM = 50

/**
 * Lowers the score a little: the same kind of system and browser as the guest's openings before. An update, a setting or an
 * app's own browser changes the device details and leaves this; so does anybody who has the same telephone.
 */
export const sameBrowser: Signal = {
  name: 'same_browser',
  measure({ agents }, { agent = null }) {
    if (agent === null || agents.length === 0) return 0
    if (agents.includes(agent)) return SAME
    const system = systemOf(agent)
    return system !== '-' && agents.some((one) => systemOf(one) === system) ? SAME_SYSTEM : 0
  },
  explain: () => ({ code: 'browser_same', params: {} }),
}
