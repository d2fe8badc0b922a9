/**
 * How columns come back: as the folds wrote them, so that a row that was read and folded on equals one that never left
 * memory. Times in ISO 8601, `bigint` as text. Numbers are the type OIDs of PostgreSQL (pg_type.dat).
 */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  23: Number,
  114: (text) => JSON.parse(text) as unknown,
  701: Number,
  1184: (text) => new Date(text).toISOString(),
  3802: (text) => JSON.parse(text) as unknown,
}

const asText = (text: string) => text

/** For `types` of a query. */
export const columnTypes = {
  getTypeParser: (oid: number) => parsers[oid] ?? asText,
}
