import { DomainError, type FieldError } from '../kernel/errors.ts'

/** From harmless to refused; the order is the order of severity. */
export const BANDS = ['low', 'medium', 'high', 'block'] as const

export type Band = (typeof BANDS)[number]

/** A score above a threshold is in the band of that name; at or below `medium` it is low. Integers 0 to 100. */
export interface Thresholds {
  readonly medium: number
  readonly high: number
  readonly block: number
}

export const DEFAULT_THRESHOLDS: Thresholds = { medium: 30, high: 60, block: 85 }

/** The words hosts and guests see. */
export const BAND_LABELS = {
  low: 'Verified',
  medium: 'Review',
  high: 'Suspicious',
  block: 'Blocked',
} as const satisfies Readonly<Record<Band, string>>

/**
 * @param score integer 0 to 100
 * @param thresholds valid ones (see `thresholdErrors`)
 */
export function bandOf(score: number, thresholds: Thresholds): Band {
  if (score > thresholds.block) return 'block'
  if (score > thresholds.high) return 'high'
  if (score > thresholds.medium) return 'medium'
  return 'low'
}

/** @returns what is wrong, one entry a field; empty when 0 <= medium < high < block <= 100 in integers. */
export function thresholdErrors(thresholds: Thresholds): FieldError[] {
  const errors: FieldError[] = []
  for (const path of ['medium', 'high', 'block'] as const) {
    const value = thresholds[path]
    if (!Number.isInteger(value) || value < 0 || value > 100) {
      errors.push({ path, message: `${path} takes a whole number from 0 to 100` })
    }
  }
  if (errors.length > 0) return errors
  if (thresholds.high <= thresholds.medium)
    errors.push({ path: 'high', message: 'high must be above medium' })
  if (thresholds.block <= thresholds.high) errors.push({ path: 'block', message: 'block must be above high' })
  return errors
}

/** @returns the thresholds, when they are valid. @throws DomainError `bad_thresholds` that says what is wrong */
export function requireThresholds({ medium, high, block }: Thresholds): Thresholds {
  const fields = thresholdErrors({ medium, high, block })
  if (fields.length === 0) return { medium, high, block }
  const said = fields.map(({ message }) => message).join('; ')
  throw new DomainError('invalid', 'bad_thresholds', `${said}.`, { fields })
}
