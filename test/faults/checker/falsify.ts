import type { Evidence, FactData, LogRecord, Row } from '../evidence.ts'

/** @returns where the first is that fits. @throws Error when there is none, for then nothing would be tampered with */
export const at = <T>(list: readonly T[], fits: (one: T) => boolean): number => {
  const index = list.findIndex(fits)
  if (index === -1) throw new Error('the evening has none of these')
  return index
}

export const isOf = (type: string) => (record: LogRecord) => record.type === type

/** Positions and revisions as if the log had always been so: only what was changed can be noticed. */
function renumbered(log: readonly LogRecord[]): LogRecord[] {
  const revisions = new Map<string, number>()
  return log.map((record, index) => {
    const revision = revisions.get(record.stream) ?? 0
    revisions.set(record.stream, revision + 1)
    return { ...record, revision, position: BigInt(index + 1) }
  })
}

export const withLog = (evidence: Evidence, log: readonly LogRecord[]): Evidence => ({
  ...evidence,
  log: renumbered(log),
})

export const without = (evidence: Evidence, fits: (record: LogRecord) => boolean): Evidence =>
  withLog(evidence, evidence.log.toSpliced(at(evidence.log, fits), 1))

export function withData(evidence: Evidence, fits: (record: LogRecord) => boolean, data: FactData): Evidence {
  const index = at(evidence.log, fits)
  const record = evidence.log[index] as LogRecord
  return { ...evidence, log: evidence.log.with(index, { ...record, data: { ...record.data, ...data } }) }
}

/** @param change what tells the copy from the first */
export function doubled(
  evidence: Evidence,
  fits: (record: LogRecord) => boolean,
  change: Partial<LogRecord>,
): Evidence {
  const index = evidence.log.findLastIndex(fits)
  if (index === -1) throw new Error('the evening has none of these')
  const record = evidence.log[index] as LogRecord
  return withLog(evidence, evidence.log.toSpliced(index + 1, 0, { ...record, ...change }))
}

export function withRow(
  evidence: Evidence,
  table: string,
  change: (rows: readonly Row[]) => readonly Row[],
): Evidence {
  const both = (tables: Evidence['kept']) => ({ ...tables, [table]: change(tables[table] ?? []) })
  return { ...evidence, kept: both(evidence.kept), rebuilt: both(evidence.rebuilt) }
}

export function answeredWith(
  evidence: Evidence,
  kind: string,
  answer: Partial<NonNullable<Evidence['exchanges'][number]['answer']>>,
): Evidence {
  const fits = (one: Evidence['exchanges'][number]) =>
    one.asked.kind === kind && one.answer?.position !== null
  const looks = (one: Evidence['exchanges'][number]) => one.asked.kind === 'look' && kind === 'look'
  const index = at(evidence.exchanges, (one) => fits(one) || looks(one))
  const exchange = evidence.exchanges[index] as Evidence['exchanges'][number]
  const given = { status: 200, code: null, position: null, body: {}, ...exchange.answer, ...answer }
  return { ...evidence, exchanges: evidence.exchanges.with(index, { ...exchange, answer: given }) }
}
