/** The addresses in a plain text, each once; a full stop behind an address ends a sentence. */
export const linksIn = (text: string): string[] => [
  ...new Set(Array.from(text.matchAll(/https?:\/\/[^\s<>"]+/g), (match) => match[0].replace(/[.,)]+$/, ''))),
]
