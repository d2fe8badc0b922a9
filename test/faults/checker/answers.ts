import type { AnswerGiven, Complaint, Evidence, Exchange, LogRecord } from '../evidence.ts'
import { expectedOf, mayBringAbout, wasDone } from './promises.ts'
import { grouped, ofType } from './reading.ts'

/** Every answer that was given is in the log exactly once, and nothing is there that nobody asked for. */
export function checkAnswers({ exchanges, log }: Pick<Evidence, 'exchanges' | 'log'>): Complaint[] {
  const byRequest = grouped(log, ({ correlation }) => correlation)
  const known = new Map(log.map((record) => [record.position, record]))
  return [
    ...exchanges.flatMap((exchange) => {
      const own = byRequest.get(exchange.id) ?? []
      return [
        ...answered(exchange),
        ...recorded(exchange, own),
        ...placed(exchange, own, known),
        ...told(exchange, log),
      ]
    }),
    ...unasked(exchanges, byRequest),
  ]
}

function complain(exchange: Exchange, rule: string, says: string, record?: LogRecord): Complaint {
  const { asked, id } = exchange
  const guestId = 'guestId' in asked ? { guestId: asked.guestId } : {}
  const where = record === undefined ? {} : { stream: record.stream, position: record.position }
  return { rule, says: `${asked.kind} (${id}): ${says}`, about: { exchange: id, ...guestId, ...where } }
}

/** In the end everybody gets an answer, and none of them is a defect of ours. */
function answered(exchange: Exchange): Complaint[] {
  const { answer, tries } = exchange
  if (answer === null) return [complain(exchange, 'answers', `no answer in ${String(tries.length)} tries`)]
  if (answer.status < 500) return []
  return [complain(exchange, 'answers', `answered ${String(answer.status)} ${answer.code ?? ''}`)]
}

/** Whether a try before the last may have been carried out although nobody was told. */
const isUncertain = ({ tries }: Exchange) => tries.slice(0, -1).some(({ came }) => came !== 'answer')

function recorded(exchange: Exchange, own: readonly LogRecord[]): Complaint[] {
  const { answer } = exchange
  if (answer === null) return []
  const done = wasDone(answer)
  return expectedOf(exchange, answer).flatMap(({ type, least, most, fits }) => {
    const found = ofType(own, ...type.split('|'))
    const [atLeast, atMost] = done ? [least, most] : [0, isUncertain(exchange) ? most : 0]
    const count = `${String(found.length)} ${type} in the log`
    if (found.length < atLeast)
      return [complain(exchange, 'lost', `${count}, and it was answered ${say(answer)}`)]
    if (found.length > atMost) {
      return [complain(exchange, 'doubled', `${count}, and it was answered ${say(answer)}`, found.at(-1))]
    }
    const other = found.find((record) => !(fits?.(record) ?? true))
    return other === undefined ? [] : [complain(exchange, 'changed', `${type} says something else`, other)]
  })
}

const say = ({ status, code, body }: AnswerGiven) =>
  `${String(status)} ${code ?? body.result ?? body.status ?? ''}`

/** `GG-Position` names a place in the log that is not before what was recorded. */
function placed(
  exchange: Exchange,
  own: readonly LogRecord[],
  known: ReadonlyMap<bigint, LogRecord>,
): Complaint[] {
  const position = exchange.answer?.position
  if (position == null) return []
  if (!known.has(position)) {
    return [complain(exchange, 'positions', `it was told position ${String(position)}, where no fact is`)]
  }
  const [first] = own
  if (first !== undefined && first.position <= position) return []
  return [complain(exchange, 'positions', `nothing it recorded is at or before ${String(position)}`, first)]
}

/** What an answer said of seats was so at that time, and a list showed whoever was invited by then. */
function told(exchange: Exchange, log: readonly LogRecord[]): Complaint[] {
  const { asked, answer } = exchange
  if (answer === null || !wasDone(answer)) return []
  if (asked.kind === 'answer') return seatAsTold(exchange, answer, log)
  if (asked.kind === 'undo') {
    const undone = log.some(
      ({ type, data }) => type === 'CheckInUndone' && data.checkInId === asked.checkInId,
    )
    return undone ? [] : [complain(exchange, 'lost', 'the check-in is not undone in the log')]
  }
  return asked.kind === 'look' && !asked.stale ? asSeen(exchange, asked, answer, log) : []
}

function seatAsTold(
  exchange: Exchange,
  { body, position }: AnswerGiven,
  log: readonly LogRecord[],
): Complaint[] {
  const { asked, id } = exchange
  if (asked.kind !== 'answer') return []
  const seat = log.filter(({ type, data, stream }) => {
    const ofGuest = data.guestId === asked.guestId && stream === `event.${asked.eventId}-rsvps`
    return ofGuest && type.startsWith('Rsvp')
  })
  const own = seat.findLastIndex(({ correlation, type }) => correlation === id && type === 'RsvpAnswered')
  // With nothing recorded, the answer before this one said the same. Somebody was told where it stands.
  const known = exchange.tries.at(-1)?.headBefore ?? 0n
  const before = seat.findLastIndex(({ type, position: at }) => type === 'RsvpAnswered' && at <= known)
  const data = seat[before]?.data ?? {}
  const isSame =
    data.answer === asked.answer && (asked.answer === 'declined' || data.partySize === asked.partySize)
  const same = isSame ? before : -1
  const from = position === null ? same : own
  if (from === -1)
    return [complain(exchange, 'lost', `it was answered ${body.status ?? ''} and no seat says so`)]
  const next = seat.findIndex(
    ({ type, correlation }, at) => at > from && type === 'RsvpAnswered' && correlation !== id,
  )
  const states = seat
    .slice(from, next === -1 ? undefined : next)
    .map(({ type, data }) => (type === 'RsvpPromoted' ? 'confirmed' : (data.status ?? 'withdrawn')))
  if (states.includes(body.status ?? '')) return []
  return [
    complain(
      exchange,
      'changed',
      `it was answered ${body.status ?? ''} and the log says ${states.join(', ')}`,
    ),
  ]
}

function asSeen(
  exchange: Exchange,
  asked: Extract<Exchange['asked'], { kind: 'look' }>,
  { body }: AnswerGiven,
  log: readonly LogRecord[],
): Complaint[] {
  const seen = new Set(body.items?.map(({ id }) => id))
  const prefix = `event.${asked.eventId}-guest.`
  const ofGuests = log.filter(({ stream }) => stream.startsWith(prefix))
  const gone = new Set(ofType(ofGuests, 'GuestRemoved', 'GuestForgotten').map(({ stream }) => stream))
  const missing = ofType(ofGuests, 'GuestInvited')
    .filter(({ position, stream }) => position <= asked.from && !gone.has(stream))
    .filter(({ stream }) => !seen.has(stream.slice(prefix.length)))
  if (missing.length === 0) return []
  const [first] = missing
  const says = `the list as of ${String(asked.from)} lacks ${String(missing.length)} guests`
  return [complain(exchange, 'read your writes', says, first)]
}

function unasked(
  exchanges: readonly Exchange[],
  byRequest: ReadonlyMap<string, readonly LogRecord[]>,
): Complaint[] {
  const asked = new Map(exchanges.map((one) => [one.id, one]))
  return [...byRequest].flatMap(([id, records]) => {
    const exchange = asked.get(id)
    const allowed = exchange === undefined ? [] : mayBringAbout(exchange.asked)
    const stray = records.find(({ type }) => !allowed.includes(type))
    if (stray === undefined) return []
    const says = `${stray.type} in ${stray.stream} follows from ${exchange?.asked.kind ?? 'nothing that was asked'}`
    return [
      { rule: 'unasked', says, about: { stream: stray.stream, position: stray.position, exchange: id } },
    ]
  })
}
