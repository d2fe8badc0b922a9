import type { Band } from '@contracts/common.ts'

/** A score above a boundary is in the band of that name; at or below `medium` it is verified. */
export type Thresholds = {
  medium: number
  high: number
  block: number
}

export type Boundary = keyof Thresholds

export const boundaries = ['medium', 'high', 'block'] as const satisfies readonly Boundary[]

/** Room for the others: 0 <= medium < high < block <= 100. */
const least = { medium: 0, high: 1, block: 2 } as const
const most = { medium: 98, high: 99, block: 100 } as const

/**
 * Moves one boundary as near to `wanted` as there is room for all three, in whole numbers; the others are pushed along
 * as far as it takes. What is no number changes nothing.
 */
export function withBoundary(thresholds: Thresholds, which: Boundary, wanted: number): Thresholds {
  if (Number.isNaN(wanted)) return thresholds
  const value = Math.min(Math.max(Math.round(wanted), least[which]), most[which])
  switch (which) {
    case 'medium': {
      const high = Math.max(thresholds.high, value + 1)
      return { medium: value, high, block: Math.max(thresholds.block, high + 1) }
    }
    case 'high':
      return {
        medium: Math.min(thresholds.medium, value - 1),
        high: value,
        block: Math.max(thresholds.block, value + 1),
      }
    case 'block': {
      const high = Math.min(thresholds.high, value - 1)
      return { medium: Math.min(thresholds.medium, high - 1), high, block: value }
    }
  }
}

export const sameThresholds = (a: Thresholds, b: Thresholds): boolean =>
  boundaries.every((which) => a[which] === b[which])

export const onlyThresholds = ({ medium, high, block }: Thresholds): Thresholds => ({ medium, high, block })

export interface BandSpan {
  readonly band: Band
  /** Lowest and highest score of the band; null for a band that no score is in. */
  readonly from: number | null
  readonly to: number
  /** Share of the way from 0 to 100, in percent. */
  readonly width: number
}

/** The four bands from calm to grave, as long as their boundaries are apart. */
export function bandSpans({ medium, high, block }: Thresholds): readonly BandSpan[] {
  return [
    { band: 'low', from: 0, to: medium, width: medium },
    { band: 'medium', from: medium + 1, to: high, width: high - medium },
    { band: 'high', from: high + 1, to: block, width: block - high },
    { band: 'block', from: block === 100 ? null : block + 1, to: 100, width: 100 - block },
  ]
}
