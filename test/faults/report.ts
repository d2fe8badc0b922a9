import type { Complaint, Evidence, Exchange, FaultDone, LogRecord } from './evidence.ts'
import type { Told } from './story.ts'

/** Complaints that are told in full; the others are in the folder. */
const TOLD = 10

/** Requests about the same that are told before and after the one complained about. */
const BEFORE = 8
const AFTER = 5

/** Characters of a line; the rest is in the folder. */
const WIDTH = 220

/** @returns what to print of a story: that all is well, or the complaints with the history around the first */
export function report({ complaints, evidence, folder }: Told, again: string): string {
  const { exchanges, log, messages, faults } = evidence
  const tries = exchanges.reduce((sum, one) => sum + one.tries.length, 0)
  const counts =
    `${String(exchanges.length)} requests in ${String(tries)} tries, ${String(faults.length)} faults, ` +
    `${String(log.length)} facts, ${String(messages.length)} messages`
  const [first] = complaints
  if (first === undefined) return `  all is well: ${counts}`
  const more = complaints.length > TOLD ? [`  … and ${String(complaints.length - TOLD)} more`] : []
  return [
    `  ${String(complaints.length)} COMPLAINTS: ${counts}`,
    ...complaints.slice(0, TOLD).map(({ rule, says }) => `  - ${rule}: ${says}`),
    ...more,
    '',
    '  around the first of them:',
    ...historyAround(first, evidence).map((line) => `    ${line}`),
    '',
    `  everything: ${folder}`,
    `  again:      ${again}`,
  ].join('\n')
}

/**
 * @returns the shortest useful history: what was asked about the guest, event or request around that time, what the log
 *   has of it, and the faults between
 */
export function historyAround({ about }: Complaint, { exchanges, log, faults }: Evidence): string[] {
  const { exchange, guestId, stream, position } = about
  const here = log.filter(
    (record) =>
      record.correlation === exchange ||
      (guestId === undefined
        ? record.stream === stream
        : record.stream.endsWith(guestId) || record.data.guestId === guestId),
  )
  const centre =
    exchange ??
    (here.findLast((one) => one.position <= (position ?? one.position)) ?? here.at(-1))?.correlation
  const ids = new Set(here.map(({ correlation }) => correlation))
  const related = exchanges.filter(
    ({ id, asked }) => id === exchange || ids.has(id) || ('guestId' in asked && asked.guestId === guestId),
  )
  const at = Math.max(
    0,
    related.findIndex(({ id }) => id === centre),
  )
  const near = related.slice(Math.max(0, at - BEFORE), at + AFTER)
  const nearIds = new Set(near.map(({ id }) => id))
  const times = near.flatMap(({ tries }) => tries.flatMap(({ sentAt, endedAt }) => [sentAt, endedAt]))
  const [from, to] = [Math.min(...times), Math.max(...times)]
  const between = faults.filter((one) => one.until >= from && one.at <= to)
  const lines = [...near.flatMap(linesOf), ...between.map(lineOfFault)]
  const facts = here.filter((record) => nearIds.has(record.correlation) || record.position === position)
  return [
    ...lines.toSorted((one, other) => one.at - other.at).map(({ text }) => text),
    ...facts.map(lineOfFact),
  ].map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line))
}

const time = (ms: number) => `${(ms / 1_000).toFixed(3).padStart(8)} s`

interface Line {
  readonly at: number
  readonly text: string
}

function linesOf({ id, asked, tries, answer }: Exchange): Line[] {
  const { kind, ...what } = asked
  const details = Object.entries(what)
    .filter(([name]) => name !== 'eventId')
    .map(([name, value]) => `${name}=${typeof value === 'object' ? '…' : String(value)}`)
  return tries.map(({ sentAt, endedAt, came, why }, at) => {
    const position = answer?.position == null ? '' : ` at ${String(answer.position)}`
    const end = at === tries.length - 1 ? position : ''
    const took = `${String(endedAt - sentAt)} ms`
    return {
      at: sentAt,
      text: `${time(sentAt)}  ${id} ${kind} ${details.join(' ')} → ${came}: ${why}${end} (${took})`,
    }
  })
}

const lineOfFault = ({ at, until, what }: FaultDone): Line => ({
  at,
  text: `${time(at)}  *** ${what} (well again after ${String(until - at)} ms)`,
})

function lineOfFact({ position, stream, revision, type, data, correlation }: LogRecord): string {
  const { $sealed: _sealed, ...clear } = data as Readonly<Record<string, unknown>>
  return `#${String(position)} ${stream}@${String(revision)} ${type} ${JSON.stringify(clear)} of ${correlation}`
}
