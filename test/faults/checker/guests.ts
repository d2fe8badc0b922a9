import type { Complaint, LogRecord, Thresholds } from '../evidence.ts'
import { eventOf, grouped, guestOf } from './reading.ts'

/** A guest's link and openings, and the thresholds they were banded with. */
export function checkGuests(log: readonly LogRecord[]): Complaint[] {
  const guests = grouped(
    log.filter(({ stream }) => stream.includes('-guest.')),
    ({ stream }) => stream,
  )
  const versions = thresholdsByVersion(log)
  return [
    ...thresholdsInOrder(log),
    ...[...guests.values()].flatMap((records) => [
      ...links(records),
      ...scores(records),
      ...invitations(records),
      ...bands(records, versions),
    ]),
  ]
}

const complaintAt =
  (rule: string) =>
  (record: LogRecord, says: string): Complaint => ({
    rule,
    says: `${says} at position ${String(record.position)}`,
    about: { stream: record.stream, position: record.position, guestId: guestOf(record) ?? '' },
  })

/** Only the latest link opens, and none of somebody who left the list. */
function links(records: readonly LogRecord[]): Complaint[] {
  const complain = complaintAt('links')
  let live = 0
  let latest = 0
  let listed = false
  return records.flatMap((record) => {
    const { type, data } = record
    switch (type) {
      case 'GuestInvited':
        if (listed) return [complain(record, 'somebody on the list is invited again')]
        listed = true
        return []
      case 'GuestRemoved':
      case 'GuestForgotten':
        listed = false
        return []
      case 'LinkIssued': {
        const expected = latest + 1
        latest = data.version ?? 0
        live = latest
        return latest === expected
          ? []
          : [complain(record, `link ${String(latest)} follows ${String(expected - 1)}`)]
      }
      case 'LinkRevoked':
        live = 0
        return []
      case 'AccessAttempted':
        if (listed && data.linkVersion === live) return []
        return [
          complain(
            record,
            `link ${String(data.linkVersion)} opened the invitation and ${String(live)} is live`,
          ),
        ]
      case 'InvitationQueued':
        return listed ? [] : [complain(record, 'somebody who is not on the list gets an invitation')]
      default:
        return []
    }
  })
}

const VERDICTS = ['AccessScored', 'AccessAllowlisted']

/** Every opening is scored, once: at once or late. */
function scores(records: readonly LogRecord[]): Complaint[] {
  const complain = complaintAt('openings')
  const opened = records.filter(({ type }) => type === 'AccessAttempted')
  const attempts = grouped(opened, ({ data }) => data.attemptId ?? '')
  const scored = grouped(
    records.filter(({ type }) => VERDICTS.includes(type)),
    ({ data }) => data.attemptId ?? '',
  )
  const doubled = [...attempts.values()].flatMap((same) =>
    same
      .slice(1)
      .map((record) => complain(record, `the opening ${record.data.attemptId ?? ''} is there twice`)),
  )
  const unscored = opened.flatMap((record) => {
    const count = scored.get(record.data.attemptId ?? '')?.length ?? 0
    return count === 1 ? [] : [complain(record, `the opening has ${String(count)} scores`)]
  })
  const stray = [...scored].flatMap(([attemptId, [record]]) =>
    attempts.has(attemptId) || record === undefined ? [] : [complain(record, 'a score is of no opening')],
  )
  return [...doubled, ...unscored, ...stray]
}

/** Every invitation that was asked for was sent or is reported as failed: one of the two, once. */
function invitations(records: readonly LogRecord[]): Complaint[] {
  const complain = complaintAt('messages')
  const settled = grouped(
    records.filter(({ type }) => type === 'InvitationSent' || type === 'InvitationFailed'),
    ({ data }) => data.messageId ?? '',
  )
  return records.flatMap((record) => {
    if (record.type !== 'InvitationQueued') return []
    const ends = settled.get(record.data.messageId ?? '') ?? []
    if (ends.length === 1) return []
    const what = ends.length === 0 ? 'neither sent nor reported' : ends.map(({ type }) => type).join(' and ')
    return [complain(record, `the invitation ${record.data.messageId ?? ''} is ${what}`)]
  })
}

const same = (one: Thresholds | undefined, other: Thresholds | undefined): boolean =>
  one?.medium === other?.medium && one?.high === other?.high && one?.block === other?.block

const keyOf = (stream: string, version: number) => `${eventOf(stream) ?? ''} ${String(version)}`

function thresholdsByVersion(log: readonly LogRecord[]): ReadonlyMap<string, Thresholds | undefined> {
  const all = new Map<string, Thresholds | undefined>()
  for (const { type, stream, data } of log) {
    if (type !== 'ThresholdsChanged') continue
    const version = data.version ?? 0
    all.set(keyOf(stream, version), data.to)
    if (version === 1) all.set(keyOf(stream, 0), data.from)
  }
  return all
}

function thresholdsInOrder(log: readonly LogRecord[]): Complaint[] {
  const complain = complaintAt('thresholds')
  const last = new Map<string, LogRecord>()
  return log.flatMap((record) => {
    if (record.type !== 'ThresholdsChanged') return []
    const before = last.get(record.stream)
    last.set(record.stream, record)
    const version = (before?.data.version ?? 0) + 1
    if (record.data.version !== version) {
      return [
        complain(record, `thresholds ${String(record.data.version)} stand where ${String(version)} belong`),
      ]
    }
    const linked = before === undefined || same(before.data.to, record.data.from)
    return linked ? [] : [complain(record, 'thresholds do not begin where those before ended')]
  })
}

/** A score names the thresholds it was banded with; those it names were in force at some time. */
function bands(
  records: readonly LogRecord[],
  versions: ReadonlyMap<string, Thresholds | undefined>,
): Complaint[] {
  const complain = complaintAt('thresholds')
  return records.flatMap((record) => {
    if (record.type !== 'AccessScored') return []
    const version = record.data.thresholdsVersion ?? 0
    const named = versions.get(keyOf(record.stream, version))
    // An event whose thresholds were never changed says nowhere what they are.
    if (named === undefined && version === 0) return []
    return same(named, record.data.thresholds)
      ? []
      : [complain(record, `the score names thresholds ${String(version)}, which are others`)]
  })
}
