import { createTexts, textsOf } from '@shared/i18n.ts'
import { en } from './en.ts'
import type { Trouble } from './guest-page.ts'

export const texts = createTexts(en)
export const useTexts = textsOf<typeof en>()

/** @returns the sentence for a call that did not succeed. */
export function troubleSentence(t: ReturnType<typeof useTexts>['t'], trouble: Trouble): string {
  return trouble.kind === 'refused'
    ? t('trouble.refused', { detail: trouble.detail })
    : t(`trouble.${trouble.kind}`)
}
