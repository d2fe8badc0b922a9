import type { Signal } from '../signal.ts'

/** The request did not say which browser it came from. */
export const noUserAgent: Signal = {
  name: 'no_user_agent',
  measure: (_baseline, opening) => (opening.hasUserAgent ? 0 : 80),
  explain: () => ({ code: 'no_user_agent', params: {} }),
}
