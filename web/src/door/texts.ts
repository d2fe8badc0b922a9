import { createTexts, type Translate } from '@shared/i18n.ts'
import { useI18n, type UseI18nOptions } from 'vue-i18n'
import { en } from './en.ts'

/** The plugin for the door page. Its components bring their own texts, so that the dashboard can use them as well. */
export const texts = createTexts({})

const own: UseI18nOptions = { useScope: 'local', messages: { en } }

/** The typed texts of a component at the door. */
export function useTexts(): { t: Translate<typeof en> } {
  const { t } = useI18n(own)
  return {
    t: (key, values = {}) =>
      values.count === undefined ? t(key as string, values) : t(key as string, values, values.count),
  }
}
