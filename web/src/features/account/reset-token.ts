/** The token in the fragment of a mailed link, `#<token>` or `#token=<token>`; empty if there is none. */
export const resetToken = (hash: string): string => hash.replace(/^#(?:token=)?/, '')
