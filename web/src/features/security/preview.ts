import { bands, bandWord } from '@shared/risk.ts'
import type { Translate } from '@shared/i18n.ts'
import type { Band } from '@contracts/common.ts'
import type { ThresholdsPreview } from '@contracts/preview.ts'
import type { security } from './en.ts'

type T = Translate<{ security: typeof security }>

const sum = (counts: Record<Band, number>): number => bands.reduce((all, band) => all + counts[band], 0)

/** What the proposal would have moved: a sentence a move, to the gravest band first, and one about the guests. */
export function moveSentences({ moved, guests }: ThresholdsPreview, t: T): string[] {
  const grave = [...moved].sort((a, b) => bands.indexOf(b.to) - bands.indexOf(a.to))
  const sentences = grave.map(({ from, to, count }) =>
    t('security.preview.move', { count, from: bandWord[from], to: bandWord[to] }),
  )
  if (guests.total === 0) return sentences
  return [...sentences, t('security.preview.guestsMove', { count: guests.total }), ...stopped(guests, t)]
}

/** Who would be stopped can be said only of a list that is there as a whole. */
function stopped({ items, nextCursor }: ThresholdsPreview['guests'], t: T): string[] {
  if (nextCursor !== null) return []
  const count = items.filter(({ to }) => to === 'block').length
  const freed = items.filter(({ from }) => from === 'block').length
  return [
    count > 0 ? t('security.preview.guestsStopped', { count }) : '',
    freed > 0 ? t('security.preview.guestsFreed', { count: freed }) : '',
  ].filter((sentence) => sentence !== '')
}

/** How the proposal agrees with what the host said of openings; empty before the first verdict. */
export function verdictSentences({ verdicts, proposed }: ThresholdsPreview, t: T): string[] {
  const legitimate = sum(verdicts.legitimate)
  const suspicious = sum(verdicts.suspicious)
  const { falseAlarms, wronglyBlocked, caught } = proposed.fit
  return [
    legitimate === 0
      ? ''
      : t('security.preview.legitimate', {
          blocked: wronglyBlocked,
          flagged: falseAlarms - wronglyBlocked,
          count: legitimate,
        }),
    suspicious === 0 ? '' : t('security.preview.suspicious', { caught, count: suspicious }),
  ].filter((sentence) => sentence !== '')
}

/** What the counts rest on, and what is left out of them. */
export function basisSentences({ total, rules, unscored, allowlisted }: ThresholdsPreview, t: T): string[] {
  const names = rules.map(({ id, openings }) =>
    rules.length === 1 ? id : t('security.preview.rulesOf', { name: id, count: openings }),
  )
  return [
    total === 0
      ? t('security.preview.noScores')
      : t('security.preview.basis', { count: total, names: names.join(', ') }),
    unscored > 0 ? t('security.preview.unscored', { count: unscored }) : '',
    allowlisted > 0 ? t('security.preview.allowlisted', { count: allowlisted }) : '',
  ].filter((sentence) => sentence !== '')
}

/** A share in whole percent; null, which means that there is nothing to take a share of, is a dash. */
export const percent = (share: number | null): string =>
  share === null ? '–' : `${String(Math.round(share * 100))} %`
