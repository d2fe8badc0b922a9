import { createI18n, useI18n } from 'vue-i18n'

/** Every path to a text, with dots: `guests.add.title`. */
export type TextKey<M> = {
  [K in keyof M & string]: M[K] extends string ? K : `${K}.${TextKey<M[K]>}`
}[keyof M & string]

export type Values = Record<string, string | number>

/** Puts values into the text of a key; `count` picks the singular or plural of a text with `|`. */
export type Translate<M> = (key: TextKey<M>, values?: Values & { count?: number }) => string

/** The plugin of an app with its English texts. More languages are added beside `en`. */
export const createTexts = (en: object) =>
  createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en: en as never } })

/**
 * Makes the typed `useTexts()` of an app: a key that is not in its English texts does not compile.
 * `const useTexts = textsOf<typeof en>()`, then in a component `const { t } = useTexts()`.
 */
export const textsOf =
  <M extends object>() =>
  (): { t: Translate<M> } => {
    const { t } = useI18n({ useScope: 'global' })
    return {
      t: (key, values = {}) =>
        values.count === undefined ? t(key as string, values) : t(key as string, values, values.count),
    }
  }
