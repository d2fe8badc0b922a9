import { sentenceOf } from '@shared/api/client.ts'
import { showToast } from '@shared/toasts.ts'
import { useTexts } from '../../app/i18n.ts'
import type { Verdict } from './security.api.ts'
import { useVerdicts } from './verdicts.store.ts'

interface OpeningRef {
  readonly eventId: string
  readonly attemptId: string
}

/** What is said of an opening; a verdict of null says nothing. */
export interface Word {
  readonly verdict: Verdict | null
  readonly note: string | null
}

export interface Judging {
  /** Says something of an opening and offers to take it back to what was said before. */
  say: (opening: OpeningRef, now: Word, before: Word) => Promise<void>
}

export function useJudging(): Judging {
  const { t } = useTexts()
  const verdicts = useVerdicts()

  const wordOf = (verdict: Verdict): string => t(`security.verdict.inside.${verdict}`)

  function sentence(now: Word, before: Word): string {
    if (now.verdict === null) return t('security.verdict.takenBack')
    if (now.verdict === before.verdict) return t('security.verdict.noteSaved')
    return t('security.verdict.done', { verdict: wordOf(now.verdict) })
  }

  /** @returns whether it was saved; what was not is told, with a way to try again */
  async function send(opening: OpeningRef, word: Word, again: () => void): Promise<boolean> {
    try {
      await verdicts.give({ ...opening, ...word })
      return true
    } catch (thrown) {
      showToast(t('security.verdict.failed', { reason: sentenceOf(thrown) }), {
        tone: 'danger',
        about: opening.attemptId,
        action: { label: t('security.verdict.retry'), run: again },
      })
      return false
    }
  }

  async function say(opening: OpeningRef, now: Word, before: Word): Promise<void> {
    if (!(await send(opening, now, () => void say(opening, now, before)))) return
    showToast(sentence(now, before), {
      about: opening.attemptId,
      action: { label: t('security.verdict.undo'), run: () => void undo(opening, before) },
    })
  }

  async function undo(opening: OpeningRef, before: Word): Promise<void> {
    if (!(await send(opening, before, () => void undo(opening, before)))) return
    showToast(
      before.verdict === null
        ? t('security.verdict.undone')
        : t('security.verdict.again', { verdict: wordOf(before.verdict) }),
      { about: opening.attemptId },
    )
  }

  return { say }
}
