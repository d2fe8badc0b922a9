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
