import type { Signal } from '../signal.ts'

const PER_OPENING = 10
const MOST = 60

/** Openings so far from which on the repetition is worth a sentence; before, only the sub-score grows. */
const WORTH_SAYING = 5

/** The link has been opened before, and again. */
export const repeatedAccess: Signal = {
  name: 'repeated_access',
  measure: (baseline) => Math.min(baseline.openings * PER_OPENING, MOST),
  explain: (baseline) =>
    baseline.openings >= WORTH_SAYING
      ? { code: 'repeated_access', params: { times: baseline.openings + 1 } }
      : null,
}
