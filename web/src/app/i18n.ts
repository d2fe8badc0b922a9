import { createTexts, textsOf } from '@shared/i18n.ts'
import { en } from './en.ts'

export const texts = createTexts(en)

/** The texts of landing page and dashboard: `const { t } = useTexts()`. */
export const useTexts = textsOf<typeof en>()
