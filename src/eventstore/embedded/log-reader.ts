import type { LogFilter, Position, StoredRecord } from '../port.ts'
import type { Connections } from './connection.ts'
import { RECORD_COLUMNS, recordOf, type RecordRow } from './row.ts'

/** Positions that one filtered query may look at: bounds its time however rare the wanted facts are. */
export const FILTER_WINDOW = 10_000n

const HEAD = 'SELECT position FROM eventstore.head'

/** Index (category, position): a page costs the same wherever it begins. */
const CATEGORY_PAGE = `
  SELECT ${RECORD_COLUMNS}
  FROM eventstore.events e
  WHERE e.category = $1 AND e.position > $2 AND e.position <= $3
    AND NOT EXISTS (SELECT FROM eventstore.tombstones t WHERE t.stream = e.stream)
  ORDER BY e.position
  LIMIT $4`

/** Positions have no gaps, so a range of them is a page without LIMIT. */
const WINDOW = `
  SELECT ${RECORD_COLUMNS}
  FROM eventstore.events e
  WHERE e.position > $1 AND e.position <= $2
    AND ($3::text[] IS NULL OR e.stream ^@ ANY ($3))
    AND ($4::text[] IS NULL OR e.type ^@ ANY ($4))
  ORDER BY e.position`

/** @returns the position of the last fact that is visible. */
export async function readHead(connections: Connections): Promise<Position> {
  const { rows } = await connections.use((client) => client.query<[string]>({ text: HEAD, rowMode: 'array' }))
  return BigInt(rows[0]?.[0] ?? 0)
}

/** @returns rows of the wanted facts with `after` < position <= `upTo`, in order. */
export async function readWindow(
  connections: Connections,
  after: Position,
  upTo: Position,
  filter?: LogFilter,
): Promise<readonly RecordRow[]> {
  const streams = filter !== undefined && 'streamPrefixes' in filter ? filter.streamPrefixes : null
  const types = filter !== undefined && 'typePrefixes' in filter ? filter.typePrefixes : null
  const { rows } = await connections.use((client) =>
    client.query<RecordRow>({
      name: 'eventstore-window',
      text: WINDOW,
      values: [String(after), String(upTo), streams, types],
      rowMode: 'array',
    }),
  )
  return rows
}

/** @returns whether a reader with this filter wants the record; says the same as the SQL of `readWindow`. */
export function wants(filter: LogFilter | undefined, record: StoredRecord): boolean {
  if (filter === undefined) return true
  if ('streamPrefixes' in filter)
    return filter.streamPrefixes.some((prefix) => record.stream.startsWith(prefix))
  return filter.typePrefixes.some((prefix) => record.type.startsWith(prefix))
}

/** Pages of a category, the next one under way while the reader works on this one. */
export async function* categoryPages(
  connections: Connections,
  category: string,
  after: Position,
  pageSize: number,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  const upTo = await readHead(connections)
  const read = async (from: Position): Promise<readonly StoredRecord[]> => {
    const { rows } = await connections.use((client) =>
      client.query<RecordRow>({
        name: 'eventstore-category',
        text: CATEGORY_PAGE,
        values: [category, String(from), String(upTo), pageSize],
        rowMode: 'array',
      }),
    )
    return rows.map(recordOf)
  }
  let page = await read(after)
  while (page.length > 0) {
    const last = page.at(-1)
    const next = last !== undefined && page.length === pageSize ? read(last.position) : Promise.resolve([])
    next.catch(() => undefined) // a reader that stops early never asks for it
    yield page
    page = await next
  }
}

/** Pages of the whole log, the next window under way while the reader works on this one. */
export async function* allPages(
  connections: Connections,
  after: Position,
  filter: LogFilter | undefined,
  pageSize: number,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  const upTo = await readHead(connections)
  const step = filter === undefined ? BigInt(pageSize) : FILTER_WINDOW
  const read = (from: Position): Promise<readonly RecordRow[]> =>
    from >= upTo
      ? Promise.resolve([])
      : readWindow(connections, from, from + step < upTo ? from + step : upTo, filter)

  let next = read(after)
  for (let from = after; from < upTo; from += step) {
    const rows = await next
    next = read(from + step)
    next.catch(() => undefined) // a reader that stops early never asks for it
    for (let i = 0; i < rows.length; i += pageSize) yield rows.slice(i, i + pageSize).map(recordOf)
  }
}
