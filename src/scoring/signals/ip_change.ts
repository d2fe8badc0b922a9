import type { Signal } from '../signal.ts'

/** Another network, or an unknown one, than the first that was seen. */
export const ipChange: Signal = {
  name: 'ip_change',
  measure: (baseline, opening) =>
    baseline.ipPrefix !== null && baseline.ipPrefix !== opening.ipPrefix ? 80 : 0,
  explain: () => ({ code: 'ip_change', params: {} }),
}
