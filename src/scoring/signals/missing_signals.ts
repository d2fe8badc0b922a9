import type { Signal } from '../signal.ts'

/** No device fingerprint came with the opening. */
export const missingSignals: Signal = {
  name: 'missing_signals',
  measure: (_baseline, opening) => (opening.fingerprintDigest === null ? 70 : 0),
  explain: () => ({ code: 'missing_signals', params: {} }),
}
