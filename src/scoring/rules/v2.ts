import type { RuleSet } from '../score.ts'
import { distrustedOrigin } from '../signals/distrusted_origin.ts'
import { exitNetwork } from '../signals/exit_network.ts'
import { impossibleTravel } from '../signals/impossible_travel.ts'
import { knownDevice } from '../signals/known_device.ts'
import { knownNetwork } from '../signals/known_network.ts'
import { missingSignals } from '../signals/missing_signals.ts'
import { newDevice } from '../signals/new_device.ts'
import { newNetwork } from '../signals/new_network.ts'
import { noUserAgent } from '../signals/no_user_agent.ts'
import { sameBrowser } from '../signals/same_browser.ts'

/**
 * Compares an opening with all devices and networks that are known of the guest in place of the first, and lets what is
 * familiar speak for it. Why the weights are what they are, and how well they do, is in docs/adr/0010-rule-sets.md.
 */
export const v2: RuleSet = {
  id: 'v2',
  signals: [
    { signal: newDevice, weight: 35 },
    { signal: impossibleTravel, weight: 50 },
    { signal: newNetwork, weight: 40 },
    { signal: distrustedOrigin, weight: 50 },
    { signal: missingSignals, weight: 10 },
    { signal: noUserAgent, weight: 30 },
    { signal: exitNetwork, weight: 12 },
    { signal: knownDevice, weight: -35 },
    { signal: knownNetwork, weight: -30 },
    { signal: sameBrowser, weight: -25 },
  ],
  cap: { strongFrom: 70, strongNeeded: 2, highest: 55 },
}
