import { parseGuestFile, type GuestFile, type GuestFileOptions } from '../../src/import/guest-file.ts'

export function parseText(text: string, options?: GuestFileOptions): Promise<GuestFile> {
  return parseGuestFile(Buffer.from(text, 'utf8'), options)
}

/** @returns a file of the given lines */
export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`
