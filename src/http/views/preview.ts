import type { ThresholdsPreview } from '../../contracts/preview.ts'
import type { PreviewSource } from '../../projections/queries/types.ts'
import { bandOf, type Thresholds } from '../../scoring/bands.ts'
import { movedScores, previewOf } from '../../scoring/preview.ts'
import { suggestThresholds } from '../../scoring/suggestion.ts'

/** Guests of one page of a preview. */
const GUESTS = 50

/** @throws DomainError `invalid_cursor` */
export async function previewView(
  source: PreviewSource,
  proposed: Thresholds,
  cursor: string | undefined,
): Promise<Omit<ThresholdsPreview, 'source'>> {
  const { picture } = source
  const { thresholds: now, thresholdsVersion: version, unscored, allowlisted, from, to, ruleSets } = picture
  const { current, moved, ...rest } = previewOf(picture, proposed)
  const found = await source.guests(movedScores(now, proposed), { limit: GUESTS, cursor })
  const items = found.items.map(({ guestId: id, name, score }) => ({
    id,
    name,
    from: bandOf(score, now),
    to: bandOf(score, proposed),
    score,
  }))
  return {
    ...rest,
    current: { ...current, version },
    moved: [...moved],
    unscored,
    allowlisted,
    guests: { ...found, items },
    suggestion: suggestThresholds(picture),
    range: { from, to },
    rules: Object.entries(ruleSets)
      .map(([id, openings]) => ({ id, openings }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }
}
