import { DomainError } from '../../kernel/errors.ts'
import type { Page } from './types.ts'

/** Where a page ended: the sort value of its last row and its id, which tells apart rows of the same value. */
export interface Cursor {
  readonly value: string
  readonly id: string
}

export const encodeCursor = ({ value, id }: Cursor): string =>
  Buffer.from(JSON.stringify([value, id])).toString('base64url')

/** @throws DomainError `invalid_cursor` */
export function decodeCursor(text: string): Cursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === 2) {
      const [value, id] = parts as unknown[]
      // PostgreSQL takes no NUL character in a text.
      if (isText(value) && isText(id)) return { value, id }
    }
  } catch {
    // Told below, as any other text that is not a cursor.
  }
  throw invalidCursor()
}

const isText = (part: unknown): part is string => typeof part === 'string' && !part.includes('\0')

/** A cursor over a whole number, such as a position. @throws DomainError `invalid_cursor` */
export function decodeNumberCursor(text: string): Cursor {
  const cursor = decodeCursor(text)
  if (/^-?\d{1,18}$/.test(cursor.value)) return cursor
  throw invalidCursor()
}

/** The last moment that a `Date` can be, in ms. */
const LAST_MOMENT = 8.64e15

/** A cursor over a time in ms. @throws DomainError `invalid_cursor` */
export function decodeTimeCursor(text: string): Cursor {
  const cursor = decodeNumberCursor(text)
  if (Math.abs(Number(cursor.value)) <= LAST_MOMENT) return cursor
  throw invalidCursor()
}

function invalidCursor(): DomainError {
  return new DomainError('invalid', 'invalid_cursor', 'The cursor is not one that this list gave.', {
    fields: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  })
}

/** @param rows one more than `limit` when there is another page */
export function pageOf<R, Item>(
  rows: readonly R[],
  limit: number,
  item: (row: R) => Item,
  cursor: (row: R) => Cursor,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items: shown.map(item), nextCursor: more ? encodeCursor(cursor(last)) : null }
}
