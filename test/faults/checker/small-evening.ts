import type { AnswerGiven, Asked, Evidence, Exchange, FactData, LogRecord } from '../evidence.ts'
import { derive } from './derived.ts'

const [HOST, EVENT] = ['HOST', 'EVENT']
const guest = (name: string) => `event.${EVENT}-guest.${name}`
const [SETTINGS, RSVPS] = [`event.${EVENT}-settings`, `event.${EVENT}-rsvps`]
const of = (guestId: string) => ({ eventId: EVENT, guestId })
const THRESHOLDS = { medium: 30, high: 50, block: 80 }

/** A short evening written by hand, with every kind of answer in it, and nothing wrong. */
export function smallEvening(): Evidence {
  const evening = new Evening()
  evening.prepare()
  evening.invite()
  for (const [name, partySize, status] of [
    ['ADA', 2, 'confirmed'],
    ['BOB', 2, 'waitlisted'],
    ['CYD', 1, 'waitlisted'],
  ] as const) {
    evening.opened(name)
    evening.answered(name, partySize, status)
  }
  evening.arrive()
  evening.moveUp()
  return evening.evidence()
}

class Evening {
  readonly #log: LogRecord[] = []
  readonly #exchanges: Exchange[] = []
  readonly #messages: { file: string; id: string; to: string; correlation: string }[] = []
  #attempts = 0

  prepare(): void {
    this.#ask({ kind: 'register', email: 'host@example.org' }, { status: 201 }, [
      ['email-d', 'EmailClaimed', {}],
      [`host-${HOST}`, 'HostRegistered', {}],
    ])
    this.#ask({ kind: 'create_event', name: 'Party', maxCapacity: 3 }, { status: 201, body: { id: EVENT } }, [
      ['slug-party', 'SlugClaimed', {}],
      [RSVPS, 'CapacitySet', { maxCapacity: 3 }],
      [SETTINGS, 'EventCreated', { ownerId: HOST, name: 'Party', slug: 'party' }],
    ])
    this.#ask({ kind: 'publish', eventId: EVENT }, {}, [[SETTINGS, 'EventPublished', {}]])
    for (const id of ['ADA', 'BOB']) {
      const invitee = { name: id, email: `${id}@example.org`, plusOnes: 1 }
      this.#ask({ kind: 'add_guest', eventId: EVENT, invitee }, { status: 201, body: { guest: { id } } }, [
        [guest(id), 'GuestInvited', { plusOnesAllowed: 1, batchId: null }],
        [guest(id), 'LinkIssued', { version: 1 }],
      ])
    }
    const rows = [{ name: 'CYD', email: 'CYD@example.org', plusOnes: 0 }]
    this.#ask({ kind: 'import', eventId: EVENT, rows }, {}, [
      [guest('CYD'), 'GuestInvited', { plusOnesAllowed: 0, batchId: 'BATCH' }],
      [guest('CYD'), 'LinkIssued', { version: 1 }],
    ])
    this.#ask({ kind: 'set_thresholds', eventId: EVENT, thresholds: THRESHOLDS }, {}, [
      [
        SETTINGS,
        'ThresholdsChanged',
        { from: { medium: 20, high: 40, block: 70 }, to: THRESHOLDS, version: 1 },
      ],
    ])
    const items = ['ADA', 'BOB', 'CYD'].map((id) => ({ id }))
    const from = this.#head
    this.#ask({ kind: 'look', eventId: EVENT, from, stale: false }, { body: { items } }, [])
  }

  invite(): void {
    const message = { messageId: 'M1', channel: 'email' }
    this.#ask({ kind: 'invite', eventId: EVENT, guestIds: ['ADA'] }, { status: 202, body: { queued: 1 } }, [
      [guest('ADA'), 'InvitationQueued', message],
    ])
    this.#fact(this.#last, 'sent', guest('ADA'), 'InvitationSent', message)
    this.#mail('M1', 'ADA')
  }

  opened(id: string): void {
    this.#attempts += 1
    const attemptId = `T${String(this.#attempts)}`
    this.#ask({ kind: 'open', ...of(id) }, {}, [
      [guest(id), 'AccessAttempted', { attemptId, linkVersion: 1 }],
      [guest(id), 'AccessScored', { attemptId, thresholds: THRESHOLDS, thresholdsVersion: 1 }],
    ])
  }

  answered(id: string, partySize: number, status: string): void {
    const asked = { kind: 'answer', answer: 'attending', partySize, ...of(id) } as const
    const data = { guestId: id, answer: 'attending', partySize, status }
    this.#ask(asked, { body: { status, pass: { code: `PASS-${id}` } } }, [[RSVPS, 'RsvpAnswered', data]])
    this.#mail(`R-${id}`, id)
  }

  arrive(): void {
    const scan = (checkInId: string, count: number) =>
      [
        { kind: 'check_in', nonce: `N-${checkInId}`, count, code: 'PASS-ADA', ...of('ADA') },
        { body: { result: 'admitted', checkInId } },
        [[guest('ADA'), 'GuestCheckedIn', arrival(checkInId, count)]],
      ] as const
    this.#ask(...scan('C1', 1))
    this.#ask({ kind: 'undo', checkInId: 'C1', ...of('ADA') }, { status: 204 }, [
      [guest('ADA'), 'CheckInUndone', { checkInId: 'C1', recounted: [] }],
    ])
    this.#ask(...scan('C2', 2))
  }

  moveUp(): void {
    const promoted = (guestId: string, partySize: number) =>
      [RSVPS, 'RsvpPromoted', { guestId, partySize }] as const
    this.#ask({ kind: 'set_capacity', eventId: EVENT, maxCapacity: 5 }, {}, [
      [RSVPS, 'CapacitySet', { maxCapacity: 5 }],
      promoted('BOB', 2),
      promoted('CYD', 1),
    ])
    this.#mail('P-BOB', 'BOB')
    this.#mail('P-CYD', 'CYD')
    const late = { kind: 'answer', answer: 'attending', partySize: 9, ...of('ADA') } as const
    this.#ask(late, { status: 400, code: 'too_many_plus_ones' }, [])
  }

  evidence(): Evidence {
    const [log, exchanges] = [this.#log, this.#exchanges]
    const tables = Object.entries<ReadonlyMap<string, object>>({ ...derive({ log, exchanges }) })
    const rows = Object.fromEntries(
      tables.map(([name, found]) => [name, [...found].map(([key, row]) => withIds(key, { ...row, key }))]),
    )
    const rest = { openJobs: [], deadLetters: 0, faults: [], messages: this.#messages }
    return { store: 'embedded', exchanges, log, kept: rows, rebuilt: structuredClone(rows), ...rest }
  }

  get #last(): string {
    return this.#exchanges.at(-1)?.id ?? ''
  }

  get #head(): bigint {
    return BigInt(this.#log.length)
  }

  #ask(
    asked: Asked,
    answer: Partial<AnswerGiven>,
    facts: readonly (readonly [stream: string, type: string, data: FactData])[],
  ): void {
    const id = `1:somebody:${String(this.#exchanges.length + 1)}`
    const at = 100 * this.#exchanges.length
    const tries = [
      { sentAt: at, endedAt: at + 50, came: 'answer', why: '200', headBefore: this.#head } as const,
    ]
    for (const [stream, type, data] of facts) this.#fact(id, 'once', stream, type, data)
    const position = facts.length === 0 ? null : this.#head
    const given = { status: 200, code: null, position, body: {}, ...answer }
    this.#exchanges.push({ id, actor: 'somebody', asked, tries, answer: given })
  }

  #fact(correlation: string, command: string, stream: string, type: string, data: FactData): void {
    const revision = this.#log.filter((record) => record.stream === stream).length
    const position = this.#head + 1n
    const id = `fact-${String(position)}`
    const [causation, at] = [`${correlation} ${command}`, '2026-06-01T12:00:00.000Z']
    this.#log.push({ position, stream, revision, id, type, data, correlation, causation, at })
  }

  #mail(id: string, to: string): void {
    this.#messages.push({ file: `1-${id}.eml`, id, to: `${to}@example.org`, correlation: this.#last })
  }
}

const arrival = (checkInId: string, count: number): FactData => ({
  checkInId,
  nonce: `N-${checkInId}`,
  arrivalCount: count,
  counted: count,
  gate: 'Main entrance',
})

function withIds(key: string, row: Readonly<Record<string, unknown>>) {
  const [event_id, guest_id] = key.split('/')
  return { email: `${guest_id ?? ''}@example.org`, ...row, event_id, guest_id }
}
