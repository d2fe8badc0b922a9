import type { BatchItem, ManifestGuest, MAX_QUEUED_TEXT } from '@contracts/door-offline.ts'
import type { CheckInAnswer, CheckInPreview, TurnAwayReason } from '@contracts/door.ts'
import { PartialList, type Admission, type Door, type Finding } from '../door.ts'
import type { Scan, Subject } from '../scan.ts'
import { decide, refusalOf } from './decide.ts'
import type { ManifestStore } from './manifest-store.ts'
import type { NewScan, ScanQueue } from './queue.ts'
import type { Roster } from './roster.ts'

export interface DeviceDoorParts {
  readonly store: ManifestStore
  readonly queue: ScanQueue
  readonly deviceId: string
  readonly ticketId: string
  /** Milliseconds since the epoch, by the server's clock as far as it is known. */
  readonly serverNow: () => number
}

/** There is nothing to decide with: the manifest never came. */
export class NoManifest extends Error {
  constructor() {
    super('this device has no guest list')
    this.name = 'NoManifest'
  }
}

/**
 * The door as this device keeps it without the server: decided by the manifest, told to the queue. `asked` says that the
 * server may have recorded it and was not heard.
 */
export class DeviceDoor implements Omit<Door, 'undo'> {
  readonly #parts: DeviceDoorParts

  constructor(parts: DeviceDoorParts) {
    this.#parts = parts
  }

  get #roster(): Roster {
    const { roster } = this.#parts.store
    if (roster === null) throw new NoManifest()
    return roster
  }

  get ready(): boolean {
    return this.#parts.store.roster !== null
  }

  async find(scan: Scan): Promise<Finding> {
    const roster = this.#roster
    const decision = await decide(scan.subject, roster, this.#parts.serverNow())
    if (decision.kind === 'stranger') {
      await this.#refused(scan, decision.reason, null)
      return { ...decision, alone: true }
    }
    if (decision.kind === 'undecided') throw new PartialList()
    const { guest, refusal, listed } = decision
    if (refusal !== null) await this.#refused(scan, refusal, guest.id)
    const preview = previewOf(guest, refusal)
    if (listed) return { kind: 'guest', preview, alone: true }
    const party = { ...preview.party, arrived: this.#parts.queue.inside(guest.id, 0) }
    return { kind: 'guest', preview: { ...preview, party }, alone: true, unlisted: true }
  }

  async admit(
    scan: Scan,
    { guest, party }: CheckInPreview,
    arrivalCount: number,
    asked = false,
  ): Promise<Admission> {
    const known = this.#roster.guest(guest.id)
    const arrivedBefore = known?.arrived ?? party.arrived
    const item = {
      ...this.#told(scan),
      ...queued(scan.subject),
      // A code leads to nobody once the guest has a new one; they are inside all the same.
      ...('code' in scan.subject ? { guestId: guest.id } : {}),
      outcome: 'admitted',
      arrivalCount,
      // Of somebody who is not on the list it knows nothing.
      ...(known === null ? {} : { arrivedBefore }),
    } as const
    const isNew = await this.#put({ item, guestId: guest.id, asked })
    const lastArrival = this.#arrival(scan, arrivalCount)
    const now = isNew ? this.#roster.raise(guest.id, arrivalCount, lastArrival) : known
    if (now !== null) await this.#parts.store.keep(now)
    const arrived = now?.arrived ?? arrivedBefore + arrivalCount
    return admitted({ id: guest.id, name: guest.name }, { ...party, arrived }, lastArrival)
  }

  async turnAway(
    scan: Scan,
    { guest }: CheckInPreview,
    reason: TurnAwayReason,
    asked = false,
  ): Promise<void> {
    const item = { ...this.#told(scan), ...queued(scan.subject), outcome: 'turned_away', reason } as const
    await this.#put({ item, guestId: guest.id, asked })
    await this.learnTurnedAway(scan, guest.id, reason)
  }

  /** Notes that staff refused somebody, for who sees them next at this gate. */
  async learnTurnedAway({ scannedAt: at }: Scan, guestId: string, reason: TurnAwayReason): Promise<void> {
    const { store } = this.#parts
    const { roster } = store
    const known = roster?.learn(guestId, { turnedAway: { at, gate: roster.head.gate, reason } }) ?? null
    if (known !== null) await store.keep(known)
  }

  /** @returns false when the server may have the scan: then it has to be asked */
  async undo({ nonce }: { nonce: string }): Promise<boolean> {
    const { queue, store } = this.#parts
    const taken = await queue.takeBack(nonce)
    if (taken === null) return false
    const { guestId, item } = taken
    const now = store.roster?.raise(guestId ?? '', -(item.arrivalCount ?? 1), null) ?? null
    if (now !== null) await store.keep(now)
    return true
  }

  search(text: string): Promise<CheckInPreview[]> {
    const roster = this.#roster
    const found = roster.search(text).map((guest) => {
      return previewOf(guest, refusalOf(guest, roster.head.event.doorsOpen, false))
    })
    return Promise.resolve(found)
  }

  async walkIn(scan: Scan, name: string, arrivalCount: number, asked = false): Promise<Admission> {
    const item = { ...this.#told(scan), walkIn: { name }, outcome: 'admitted', arrivalCount } as const
    await this.#put({ item, guestId: null, asked })
    // The guest gets an id from the server; until then the scan stands for them.
    const guest = { id: scan.nonce, name }
    const party = { expected: arrivalCount, arrived: arrivalCount, names: [] }
    return admitted(guest, party, this.#arrival(scan, arrivalCount))
  }

  #told({ nonce, scannedAt }: Scan): Pick<BatchItem, 'nonce' | 'scannedAt' | 'deviceId' | 'ticketId'> {
    const { deviceId, ticketId } = this.#parts
    return { nonce, scannedAt, deviceId, ticketId }
  }

  #arrival({ scannedAt }: Scan, count: number): NonNullable<ManifestGuest['lastArrival']> {
    return { at: scannedAt, gate: this.#roster.head.gate, count, deviceId: this.#parts.deviceId }
  }

  #put(scan: NewScan): Promise<boolean> {
    return this.#parts.queue.put(scan, this.#parts.store.box)
  }

  /** @param guestId null where it is nobody on the list: somebody who was picked from it has left it, which is no refusal */
  async #refused(scan: Scan, refusal: BatchItem['refusal'], guestId: string | null): Promise<void> {
    if ('guestId' in scan.subject && guestId === null) return
    const item = { ...this.#told(scan), ...queued(scan.subject), outcome: 'refused', refusal } as const
    // They are refused whether this can be kept or not.
    await this.#put({ item, guestId, asked: false }).catch(() => undefined)
  }
}

/** Longer texts are no passes; a queue of them would not fit into a request. */
const QUEUED_TEXT: typeof MAX_QUEUED_TEXT = 300

const queued = (subject: Subject): Subject =>
  'pass' in subject ? { pass: subject.pass.slice(0, QUEUED_TEXT) } : subject

const previewOf = (guest: ManifestGuest, refusal: CheckInPreview['refusal']): CheckInPreview => ({
  guest: { id: guest.id, name: guest.name },
  party: { expected: guest.expected, arrived: guest.arrived, names: guest.names },
  risk: guest.risk,
  refusal,
  lastArrival: guest.lastArrival,
  turnedAway: guest.turnedAway ?? null,
  ...(guest.answered === undefined ? {} : { answered: guest.answered }),
})

function admitted(
  guest: CheckInAnswer['guest'],
  party: CheckInAnswer['party'],
  lastArrival: CheckInAnswer['lastArrival'],
): Admission {
  const answer: CheckInAnswer = {
    result: 'admitted',
    checkInId: null,
    reason: null,
    guest,
    party,
    lastArrival,
  }
  return { answer, alone: true }
}
