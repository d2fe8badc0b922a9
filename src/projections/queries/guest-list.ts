import type { GuestView } from '../../contracts/guests.ts'
import { guestStatus } from '../../contracts/guests.ts'
import { folded, type GuestRow } from '../guest-row.ts'
import type { Reader } from '../reader.ts'
import { decodeCursor, decodeNumberCursor, pageOf, type Cursor } from './cursor.ts'
import { guestView } from './guest-view.ts'
import type { GuestCounts, GuestFilter, GuestListRequest, GuestSort, Page } from './types.ts'

/** Everything but the status: the tabs count what the other filters leave. */
const FILTER = `
  event_id = $1 AND listed
  AND ($2::text IS NULL OR risk = $2)
  AND ($3::boolean IS NULL OR (arrived > 0) = $3)
  AND ($4::boolean IS NULL OR walk_in = $4)
  AND ($5::text IS NULL OR search LIKE $5)`

const COUNTS = `SELECT status, count(*)::int AS n FROM {guests}.guests WHERE ${FILTER} GROUP BY status`

interface Order {
  /** As text in the cursor, compared as `type`; with the id it is unique, so that ties are stable. */
  readonly value: string
  readonly type: 'text' | 'bigint'
  readonly comparison: '>' | '<'
  readonly order: string
}

const CREATED_MS = '(extract(epoch FROM created_at) * 1000)::bigint'

const order = (value: string, type: Order['type'], direction: 'ASC' | 'DESC'): Order => ({
  value,
  type,
  comparison: direction === 'ASC' ? '>' : '<',
  order: `${value} ${direction}, guest_id ${direction}`,
})

const ORDERS: Readonly<Record<GuestSort, Order>> = {
  name: order('sort_name', 'text', 'ASC'),
  '-name': order('sort_name', 'text', 'DESC'),
  created: order(CREATED_MS, 'bigint', 'ASC'),
  '-created': order(CREATED_MS, 'bigint', 'DESC'),
  risk: order('risk_order', 'bigint', 'ASC'),
  '-risk': order('risk_order', 'bigint', 'DESC'),
}

const pageSql = ({ value, type, comparison, order }: Order): string => `
  SELECT *, ${value} AS sort_value FROM {guests}.guests
  WHERE ${FILTER}
    AND ($6::text IS NULL OR status = $6)
    AND ($7::text IS NULL OR (${value}, guest_id) ${comparison} ($7::${type}, $8))
  ORDER BY ${order}
  LIMIT $9`

type SortedRow = GuestRow & { readonly sort_value: string | number }

/** @throws DomainError `invalid_cursor` */
export async function listGuests(
  reader: Reader,
  eventId: string,
  request: GuestListRequest,
): Promise<Page<GuestView> & { counts: GuestCounts }> {
  const { limit, cursor, sort, status } = request
  const order = ORDERS[sort]
  const after = cursor === undefined ? null : cursorFor(order, cursor)
  const filter = filterValues(eventId, request)
  const [counted, rows] = await Promise.all([
    reader.rows<{ status: GuestView['status']; n: number }>(COUNTS, filter),
    reader.rows<SortedRow>(pageSql(order), [
      ...filter,
      status ?? null,
      after?.value ?? null,
      after?.id ?? null,
      limit + 1,
    ]),
  ])
  const cursorOf = (row: SortedRow): Cursor => ({ value: String(row.sort_value), id: row.guest_id })
  return { ...pageOf(rows, limit, guestView, cursorOf), counts: countsOf(counted) }
}

function cursorFor(order: Order, cursor: string): Cursor {
  return order.type === 'text' ? decodeCursor(cursor) : decodeNumberCursor(cursor)
}

function filterValues(eventId: string, { risk, checkedIn, walkIn, q }: GuestFilter): unknown[] {
  const wanted = q === undefined || q.trim() === '' ? null : searchPattern(q)
  return [eventId, risk ?? null, checkedIn ?? null, walkIn ?? null, wanted]
}

function countsOf(rows: readonly { status: GuestView['status']; n: number }[]): GuestCounts {
  const none = Object.fromEntries(guestStatus.options.map((status) => [status, 0]))
  const counts = { all: 0, ...none } as GuestCounts
  for (const { status, n } of rows) {
    counts[status] = n
    counts.all += n
  }
  return counts
}

/** What a person typed, as the search column has it, for `LIKE`. */
export function searchPattern(q: string): string {
  return `%${folded(q.trim()).replace(/[\\%_]/g, '\\$&')}%`
}
