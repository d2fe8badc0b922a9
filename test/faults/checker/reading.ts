import type { LogRecord } from '../evidence.ts'

/** @returns the event of a stream, null for one outside any event */
export function eventOf(stream: string): string | null {
  return /^event\.([^-]+)-/.exec(stream)?.[1] ?? null
}

/** @returns the guest that a record is about, null when it is about none */
export function guestOf({ stream, data }: Pick<LogRecord, 'stream' | 'data'>): string | null {
  return /-guest\.(.+)$/.exec(stream)?.[1] ?? data.guestId ?? null
}

export function grouped<T>(list: readonly T[], key: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(list, key)
}

export const ofType = (records: readonly LogRecord[], ...types: string[]): LogRecord[] =>
  records.filter(({ type }) => types.includes(type))
