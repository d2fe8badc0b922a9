import { expect } from 'vitest'

/** Stands for any text in a comparison; vitest types its own as `any`. */
export const anyText = (): unknown => expect.any(String)

/** Stands for any text of this form. */
export const textLike = (form: RegExp): unknown => expect.stringMatching(form)
