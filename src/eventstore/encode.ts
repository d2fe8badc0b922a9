import {
  type ExpectedRevision,
  InvalidAppend,
  MAX_RECORD_BYTES,
  type NewRecord,
  RecordTooLarge,
} from './port.ts'

/** A record ready for a store: checked, its JSON written out once. */
export interface EncodedRecord {
  /** In lower case, as every store gives it back. */
  readonly id: string
  readonly type: string
  /**
   * JSON text. `JSON.stringify` writes NUL and lone surrogates as `\u` escapes, so both survive a store that takes
   * neither, as long as the store keeps the text and does not parse it (PostgreSQL `jsonb` refuses NUL).
   */
  readonly data: string
  readonly metadata: string
}

export interface EncodedAppend {
  readonly stream: string
  readonly expected: ExpectedRevision
  readonly records: readonly EncodedRecord[]
  /** Counted as `MAX_RECORD_BYTES` counts. */
  readonly bytes: number
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A B-tree entry of PostgreSQL takes 2,704 bytes; names are far shorter, so a longer one is a mistake. */
const MAX_NAME_BYTES = 512

/**
 * Checks an append before any store sees it, so that every store refuses the same things in the same way.
 * @throws InvalidAppend | RecordTooLarge
 */
export function encodeAppend(
  stream: string,
  expected: ExpectedRevision,
  records: readonly NewRecord[],
): EncodedAppend {
  checkName(stream, 'stream name', stream)
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new InvalidAppend(stream, `${String(expected)} is not a revision`)
  }
  if (records.length === 0) throw new InvalidAppend(stream, 'it has no records')
  const encoded = records.map((record) => encodeRecord(stream, record))
  if (new Set(encoded.map((record) => record.id)).size !== encoded.length) {
    throw new InvalidAppend(stream, 'two of its records have the same id')
  }
  const bytes = encoded.reduce((sum, record) => sum + sizeOf(record), 0)
  if (bytes > MAX_RECORD_BYTES) throw new RecordTooLarge(stream, bytes)
  return { stream, expected, records: encoded, bytes }
}

function encodeRecord(stream: string, record: NewRecord): EncodedRecord {
  if (!UUID.test(record.id)) throw new InvalidAppend(stream, `${JSON.stringify(record.id)} is not a UUID`)
  checkName(stream, 'type', record.type)
  return {
    id: record.id.toLowerCase(),
    type: record.type,
    data: JSON.stringify(record.data),
    metadata: JSON.stringify(record.metadata),
  }
}

function checkName(stream: string, what: string, name: string): void {
  const fault = nameFault(name)
  if (fault !== undefined) throw new InvalidAppend(stream, `its ${what} ${fault}`)
}

function nameFault(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.startsWith('$')) return 'begins with $, which is for the store itself'
  if (!name.isWellFormed() || name.includes('\u0000')) return 'has a NUL or half a surrogate pair'
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${String(MAX_NAME_BYTES)} bytes`
  return undefined
}

function sizeOf(record: EncodedRecord): number {
  return (
    Buffer.byteLength(record.data) + Buffer.byteLength(record.metadata) + 2 * Buffer.byteLength(record.type)
  )
}
