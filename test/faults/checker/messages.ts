import type { Complaint, Evidence, LogRecord, OutboxMessage } from '../evidence.ts'
import { grouped, guestOf } from './reading.ts'

/** Every message was sent once, or is reported as failed; none is about what nobody did. */
export function checkMessages(evidence: Evidence): Complaint[] {
  const addresses = addressesOf(evidence)
  const sent = grouped(evidence.messages, ({ correlation, to }) => `${correlation} ${to}`)
  return [
    ...copies(evidence.messages),
    ...addressesOfMany(sent, evidence.log, addresses),
    ...invitations(evidence, sent, addresses),
    ...replies(evidence, sent, addresses),
    ...evidence.openJobs.map(({ queue, state, id }) => ({
      rule: 'messages',
      says: `the job ${id} of ${queue} is still ${state}`,
      about: {},
    })),
  ]
}

type Sent = ReadonlyMap<string, readonly OutboxMessage[]>

/** Who was invited under which address, by stream: the log seals it, those who invited know it. */
function addressesOf({ exchanges, log, kept }: Evidence): ReadonlyMap<string, string> {
  const all = new Map<string, string>()
  const invited = grouped(
    log.filter(({ type }) => type === 'GuestInvited'),
    ({ correlation }) => correlation,
  )
  for (const { asked, id } of exchanges) {
    const [first] = invited.get(id) ?? []
    if (asked.kind === 'add_guest' && first !== undefined) all.set(first.stream, asked.invitee.email)
  }
  for (const row of kept['guests.guests'] ?? []) {
    const { event_id, guest_id, email } = row
    if (typeof email === 'string') all.set(`event.${String(event_id)}-guest.${String(guest_id)}`, email)
  }
  return all
}

function copies(messages: readonly OutboxMessage[]): Complaint[] {
  return [...grouped(messages, ({ id }) => id)].flatMap(([id, same]) => {
    if (same.length === 1) return []
    const says = `the message ${id} was sent ${String(same.length)} times: ${same.map(({ file }) => file).join(', ')}`
    return [{ rule: 'messages', says, about: { exchange: same[0]?.correlation ?? '' } }]
  })
}

const CAUSES = ['InvitationQueued', 'RsvpAnswered', 'RsvpPromoted']

const streamOf = (record: LogRecord) =>
  record.stream.endsWith('-rsvps')
    ? record.stream.replace(/-rsvps$/, `-guest.${guestOf(record) ?? ''}`)
    : record.stream

/** As many messages to somebody about a request as there are facts to write about, at most. */
function addressesOfMany(
  sent: Sent,
  log: readonly LogRecord[],
  addresses: ReadonlyMap<string, string>,
): Complaint[] {
  const causes = log.filter(({ type }) => CAUSES.includes(type))
  const reasons = grouped(causes, (one) => `${one.correlation} ${addresses.get(streamOf(one)) ?? '?'}`)
  const nameless = new Set(
    causes.filter((one) => !addresses.has(streamOf(one))).map((one) => one.correlation),
  )
  return [...sent].flatMap(([key, messages]) => {
    const correlation = messages[0]?.correlation ?? ''
    const most = reasons.get(key)?.length ?? 0
    // Whom a message went to who was forgotten since, nobody can tell any more.
    if (new Set(messages.map(({ id }) => id)).size <= most || nameless.has(correlation)) return []
    const says = `${String(messages.length)} messages to ${messages[0]?.to ?? ''} about ${String(most)} facts`
    return [{ rule: 'messages', says, about: { exchange: correlation } }]
  })
}

function invitations({ log }: Evidence, sent: Sent, addresses: ReadonlyMap<string, string>): Complaint[] {
  return log.flatMap((record) => {
    const to = addresses.get(record.stream)
    if (record.type !== 'InvitationSent' || to === undefined) return []
    if (sent.has(`${record.correlation} ${to}`)) return []
    const says = `the invitation ${record.data.messageId ?? ''} is recorded as sent and nowhere to be found`
    const about = { stream: record.stream, position: record.position, exchange: record.correlation }
    return [{ rule: 'messages', says, about: { ...about, guestId: guestOf(record) ?? '' } }]
  })
}

/** Nobody is written to who only changed names or the note. */
function isNews({ type, data }: LogRecord, before: LogRecord | undefined): boolean {
  const statusOf = (record: LogRecord) => (record.type === 'RsvpPromoted' ? 'confirmed' : record.data.status)
  return type !== 'RsvpAnswered' || before === undefined
    ? true
    : data.status !== statusOf(before) || data.partySize !== before.data.partySize
}

/** A reply tells what the guest has; who has something else by then gets another. What still holds has been told. */
function replies({ log }: Evidence, sent: Sent, addresses: ReadonlyMap<string, string>): Complaint[] {
  const last = new Map<string, LogRecord>()
  const unreachable = new Set<string>()
  for (const record of log) {
    if (record.type.startsWith('Rsvp') && isNews(record, last.get(streamOf(record)))) {
      last.set(streamOf(record), record)
    }
    if (['GuestRemoved', 'GuestForgotten', 'LinkRevoked'].includes(record.type))
      unreachable.add(record.stream)
  }
  return [...last].flatMap(([stream, record]) => {
    const to = addresses.get(stream)
    if (to === undefined || unreachable.has(stream) || record.type === 'RsvpWithdrawn') return []
    if (sent.has(`${record.correlation} ${to}`)) return []
    const says = `nobody wrote to ${to} about ${record.type} at position ${String(record.position)}`
    const about = { stream: record.stream, position: record.position, exchange: record.correlation }
    return [{ rule: 'messages', says, about: { ...about, guestId: guestOf(record) ?? '' } }]
  })
}
