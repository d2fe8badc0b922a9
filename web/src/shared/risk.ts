import type { Band } from '@contracts/common.ts'

/** From calm to grave; the order in which bands are listed. */
export const bands: readonly Band[] = ['low', 'medium', 'high', 'block']

export const bandWord: Record<Band, string> = {
  low: 'Verified',
  medium: 'Review',
  high: 'Suspicious',
  block: 'Blocked',
}

/** The colour of the shape only: words stay near-white, for contrast. */
export const bandColour: Record<Band, string> = {
  low: 'text-risk-low',
  medium: 'text-risk-medium',
  high: 'text-risk-high',
  block: 'text-risk-block',
}
