import type { Signal } from '../signal.ts'

/** Another device, or none shown, where the first opening left a digest. */
export const fingerprintMismatch: Signal = {
  name: 'fingerprint_mismatch',
  measure: (baseline, opening) =>
    baseline.fingerprintDigest !== null && baseline.fingerprintDigest !== opening.fingerprintDigest ? 100 : 0,
  explain: () => ({ code: 'fingerprint_mismatch', params: {} }),
}
