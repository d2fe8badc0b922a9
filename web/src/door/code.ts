/** A pass code is ten letters or digits, shown in two halves: XXXXX-XXXXX. */
const HALF = 5
const FULL = 10

/**
 * Puts what is typed into the form of a pass code: capitals, a dash in the middle. What is not a typed code, such as
 * the longer content of a QR code, is left as it is.
 */
export function formatCode(typed: string): string {
  const bare = keyOf(typed)
  if (bare.length > FULL || !/^[\sA-Za-z0-9-]*$/.test(typed)) return typed
  return bare.length > HALF ? `${bare.slice(0, HALF)}-${bare.slice(HALF)}` : bare
}

/** @returns the code as it is compared: without dashes, spaces and case */
export const keyOf = (code: string): string => code.replace(/[\s-]+/g, '').toUpperCase()

/** Crockford's base32: no I, L, O or U. */
const CODE = /^[0-9A-HJKMNP-TV-Z]{10}$/

/** Longer texts are no codes, whatever is cut out of them. */
const LONGEST = 40

/**
 * Reads a code as people type and say it: O for 0, I or L for 1, dashes, dots and spaces anywhere.
 * @returns the code in its one form, null when it cannot be one
 */
export function codeIn(typed: string): string | null {
  if (typed.length > LONGEST) return null
  const bare = typed
    .toUpperCase()
    .replace(/[\s\p{Pd}_.]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  return CODE.test(bare) ? `${bare.slice(0, HALF)}-${bare.slice(HALF)}` : null
}
