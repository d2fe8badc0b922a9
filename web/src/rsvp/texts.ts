import { createTexts, textsOf } from '@shared/i18n.ts'
import type { CodeTrouble } from './code-step.ts'
import { en } from './en.ts'
import type { Trouble } from './guest-page.ts'

export const texts = createTexts(en)
export const useTexts = textsOf<typeof en>()

const fields = ['partySize', 'plusOneNames', 'note'] as const

/** @returns the sentence for a call that did not succeed. */
export function troubleSentence(t: ReturnType<typeof useTexts>['t'], trouble: Trouble): string {
  if (trouble.kind === 'come_back') return t('trouble.comeBack', { count: trouble.minutes })
  if (trouble.kind !== 'refused') return t(`trouble.${trouble.kind}`)
  // Names in a list come with their index: plusOneNames.0
  const field = fields.find((name) => trouble.field.split('.')[0] === name) ?? 'other'
  return t(`trouble.refused.${field}`, { detail: trouble.detail })
}

/** @returns the sentence for a code that was not sent or not taken. */
export function codeSentence(t: ReturnType<typeof useTexts>['t'], trouble: CodeTrouble): string {
  switch (trouble.kind) {
    case 'told':
      return trouble.detail
    case 'wrong_code':
      return trouble.left === null
        ? t('stepUp.wrong')
        : `${t('stepUp.wrong')} ${t('stepUp.triesLeft', { count: trouble.left })}`
    case 'code_over':
      return t('stepUp.over')
    default:
      return t(`trouble.${trouble.kind}`)
  }
}
