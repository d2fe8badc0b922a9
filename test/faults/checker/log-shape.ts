import type { Complaint, Evidence, LogRecord } from '../evidence.ts'
import { grouped } from './reading.ts'

/** The log is one: positions and revisions without gaps, every fact once, every command's facts in one piece. */
export function checkLogShape({ log, store }: Pick<Evidence, 'log' | 'store'>): Complaint[] {
  return [...positions(log, store), ...revisions(log), ...ids(log), ...commands(log)]
}

function positions(log: readonly LogRecord[], store: Evidence['store']): Complaint[] {
  const found: Complaint[] = []
  for (const [at, { position, stream }] of log.entries()) {
    const before = log[at - 1]?.position ?? 0n
    const fits = store === 'embedded' ? position === before + 1n : position > before || at === 0
    if (fits) continue
    found.push({
      rule: 'positions',
      says: `position ${String(position)} follows ${String(before)}`,
      about: { position, stream },
    })
  }
  return found
}

function revisions(log: readonly LogRecord[]): Complaint[] {
  const last = new Map<string, number>()
  return log.flatMap(({ stream, revision, position }) => {
    const expected = (last.get(stream) ?? -1) + 1
    last.set(stream, revision)
    if (revision === expected) return []
    const says = `revision ${String(revision)} of ${stream} stands where ${String(expected)} belongs`
    return [{ rule: 'revisions', says, about: { stream, position } }]
  })
}

function ids(log: readonly LogRecord[]): Complaint[] {
  return [...grouped(log, ({ id }) => id).values()].flatMap((same) => {
    const [first, second] = same
    if (first === undefined || second === undefined) return []
    const says = `fact ${first.id} stands at ${same.map(({ position }) => String(position)).join(' and ')}`
    return [{ rule: 'fact ids', says, about: { stream: second.stream, position: second.position } }]
  })
}

/** What a command records in a stream is appended at once; standing there in two pieces, it was done twice. */
function commands(log: readonly LogRecord[]): Complaint[] {
  const pieces = grouped(log, ({ causation, stream }) => `${causation} ${stream}`)
  return [...pieces.values()].flatMap((records) => {
    const [first] = records
    const last = records.at(-1)
    if (first === undefined || last === undefined) return []
    if (last.revision - first.revision === records.length - 1) return []
    const says = `the command ${first.causation} recorded in ${first.stream} twice`
    return [{ rule: 'commands once', says, about: { stream: first.stream, position: last.position } }]
  })
}
