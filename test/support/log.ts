import type { Log } from '../../src/postgres/log.ts'

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** A log that a test can read back. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = []
  const write = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { lines, debug: write, info: write, warn: write, error: write }
}
