import type { RuleSet } from '../score.ts'
import { fingerprintMismatch } from '../signals/fingerprint_mismatch.ts'
import { geoJump } from '../signals/geo_jump.ts'
import { ipChange } from '../signals/ip_change.ts'
import { missingSignals } from '../signals/missing_signals.ts'
import { noUserAgent } from '../signals/no_user_agent.ts'
import { repeatedAccess } from '../signals/repeated_access.ts'

/**
 * The reference rules. The weights add up to more than 1 on purpose: several signs together reach 100, and the sum is
 * clamped. Known weaknesses are on the page of each signal in docs/signals.
 */
export const v1: RuleSet = {
  id: 'v1',
  signals: [
    { signal: fingerprintMismatch, weight: 40 },
    { signal: ipChange, weight: 25 },
    { signal: missingSignals, weight: 10 },
    { signal: repeatedAccess, weight: 10 },
    { signal: noUserAgent, weight: 15 },
    { signal: geoJump, weight: 40 },
  ],
  cap: { strongFrom: 70, strongNeeded: 2, highest: 55 },
}
