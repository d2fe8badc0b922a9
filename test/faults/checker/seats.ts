import type { Complaint, LogRecord } from '../evidence.ts'
import { grouped } from './reading.ts'

interface Seat {
  status: string
  size: number
}

/** Never oversold at any position, and seats go to those who wait in their order. */
export function checkSeats(log: readonly LogRecord[]): Complaint[] {
  const streams = grouped(
    log.filter(({ stream }) => stream.endsWith('-rsvps')),
    ({ stream }) => stream,
  )
  return [...streams.values()].flatMap((records) => new Hall(records).walk())
}

/** The seats of one event, counted by hand. */
class Hall {
  readonly #records: readonly LogRecord[]
  readonly #seats = new Map<string, Seat>()
  #waiting: string[] = []
  #capacity = Infinity
  readonly #complaints: Complaint[] = []

  constructor(records: readonly LogRecord[]) {
    this.#records = records
  }

  walk(): Complaint[] {
    for (const [at, record] of this.#records.entries()) {
      this.#take(record)
      const taken = this.#taken()
      if (taken > this.#capacity) {
        this.#complain('oversold', record, `${String(taken)} people have ${String(this.#capacity)} seats`)
      }
      if (this.#records[at + 1]?.causation !== record.causation) this.#mustHaveMovedUp(record)
    }
    return this.#complaints
  }

  #taken(): number {
    return [...this.#seats.values()].reduce(
      (sum, { status, size }) => sum + (status === 'confirmed' ? size : 0),
      0,
    )
  }

  #complain(rule: string, { stream, position, data }: LogRecord, says: string): void {
    const { guestId } = data
    const about = { stream, position, ...(guestId === undefined ? {} : { guestId }) }
    this.#complaints.push({ rule, says: `${says} at position ${String(position)}`, about })
  }

  #take(record: LogRecord): void {
    const { guestId = '', maxCapacity = null } = record.data
    switch (record.type) {
      case 'CapacitySet':
        this.#capacity = maxCapacity ?? Infinity
        break
      case 'RsvpAnswered':
        this.#answered(record, guestId)
        break
      case 'RsvpPromoted':
        this.#promoted(record, guestId)
        break
      case 'RsvpWithdrawn':
        this.#seats.delete(guestId)
        this.#leaveQueue(guestId)
        break
      default:
        this.#complain('known facts', record, `${record.type} does not belong into ${record.stream}`)
    }
  }

  #answered(record: LogRecord, guestId: string): void {
    const { status = '', partySize: size = 0 } = record.data
    const before = this.#seats.get(guestId)
    const own = before?.status === 'confirmed' ? before.size : 0
    const others = this.#waiting.filter((one) => one !== guestId)
    const room = this.#capacity - this.#taken() + own
    if (status === 'confirmed' && size > own && others.length > 0) {
      this.#complain('waitlist order', record, `${guestId} was seated before ${others.join(', ')}`)
    }
    if (status === 'waitlisted' && others.length === 0 && size <= room) {
      this.#complain('waitlist order', record, `${guestId} waits although ${String(room)} seats are free`)
    }
    const keepsPlace = status === 'waitlisted' && before?.status === 'waitlisted' && size <= before.size
    this.#seats.set(guestId, { status, size })
    if (keepsPlace) return
    this.#leaveQueue(guestId)
    if (status === 'waitlisted') this.#waiting.push(guestId)
  }

  #promoted(record: LogRecord, guestId: string): void {
    const seat = this.#seats.get(guestId)
    if (this.#waiting[0] !== guestId) {
      this.#complain('waitlist order', record, `${guestId} moved up before ${this.#waiting[0] ?? 'nobody'}`)
    }
    const size = record.data.partySize ?? 0
    if (seat?.size !== size) {
      this.#complain(
        'seats',
        record,
        `${guestId} moved up with ${String(size)} instead of ${String(seat?.size)}`,
      )
    }
    this.#seats.set(guestId, { status: 'confirmed', size })
    this.#leaveQueue(guestId)
  }

  #leaveQueue(guestId: string): void {
    this.#waiting = this.#waiting.filter((one) => one !== guestId)
  }

  /** Whoever waits first and fits is seated by the same command that made the room. */
  #mustHaveMovedUp(record: LogRecord): void {
    const [first] = this.#waiting
    if (first === undefined) return
    const free = this.#capacity - this.#taken()
    if ((this.#seats.get(first)?.size ?? 0) > free) return
    this.#complain('waitlist order', record, `${first} still waits although ${String(free)} seats are free`)
  }
}
