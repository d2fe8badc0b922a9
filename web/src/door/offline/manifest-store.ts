import type { Manifest, ManifestGuest } from '@contracts/door-offline.ts'
import type { Database, DoorDatabase, KeptHeader } from './database.ts'
import { Roster, type Inside, type RosterHead } from './roster.ts'
import { SealedBox, type Sealed } from './sealed-box.ts'

/** Name of the record that is about the event; the others are named by the ids of the guests. */
const HEAD = 'head'

/** What identifies a ticket here: the token itself, and what its payload says. */
export interface TicketKey {
  readonly token: string
  readonly ticketId: string
  readonly eventId: string
}

/** The manifest of one event on this device, which only its ticket opens. */
export class ManifestStore {
  readonly #database: Database
  readonly #ticket: TicketKey
  #box: SealedBox | null = null
  #roster: Roster | null = null
  #header: KeptHeader | null = null
  #kept = true

  constructor(database: Database, ticket: TicketKey) {
    this.#database = database
    this.#ticket = ticket
  }

  /** Null until a manifest came or was opened. */
  get roster(): Roster | null {
    return this.#roster
  }

  get header(): KeptHeader | null {
    return this.#header
  }

  /** Whether all of it is on the device; else it is written as a whole with the next answer of the server. */
  get kept(): boolean {
    return this.#kept
  }

  /** Seals what belongs to this event and must not lie open; null until there is a manifest. */
  get box(): SealedBox | null {
    return this.#box
  }

  /**
   * Opens what was kept. What has run out is deleted. What another ticket sealed stays until the server has answered to
   * this one: anybody can write the name of an event on a ticket.
   * @throws DOMException when it cannot be read now, which says nothing of what is there
   * @param now by the server's clock, milliseconds since the epoch
   */
  async open(now: number): Promise<void> {
    const { eventId, ticketId, token } = this.#ticket
    const database = await this.#database()
    const header = await database.get('manifests', eventId)
    if (header === undefined) return
    if (Date.parse(header.expiresAt) <= now) {
      await dropManifest(database, eventId)
      return
    }
    if (header.encryption.keyId !== ticketId) return
    const box = await SealedBox.of(token, header.encryption, eventId)
    const records = await this.#records()
    try {
      this.#roster = await openedWith(box, records)
      this.#box = box
      this.#header = header
    } catch {
      // Not what this ticket sealed, whatever the header says: of no use to anybody.
      await this.drop()
    }
  }

  async #records(): Promise<Map<string, Sealed>> {
    const range = rangeOf(this.#ticket.eventId)
    const reading = (await this.#database()).transaction('records')
    const [keys, records] = await Promise.all([reading.store.getAllKeys(range), reading.store.getAll(range)])
    return new Map(
      keys.flatMap(([, name], at) => {
        const record = records[at]
        return record === undefined ? [] : [[name, record] as const]
      }),
    )
  }

  /**
   * Takes an answer of the server in: in memory, and on the device in one transaction, so that the cursor never says more
   * than the guests. What the device cannot keep is known all the same.
   * @param inside see `Roster.apply`
   * @param now by the clock of this device, milliseconds since the epoch
   */
  async apply(answer: Manifest, inside: Inside, now: number): Promise<void> {
    const { event, gate, keys, cursor, total, encryption, expiresAt } = answer
    const box = this.#box ?? (await SealedBox.of(this.#ticket.token, encryption, event.id))
    const roster = this.#roster ?? new Roster({ event, gate, keys, cursor, total, complete: false })
    const changed = roster.apply(answer, inside)
    const header: KeptHeader = {
      eventId: event.id,
      encryption,
      expiresAt,
      guests: roster.size,
      savedAt: new Date(now).toISOString(),
    }
    this.#box = box
    this.#roster = roster
    this.#header = header
    const whole = answer.reset || !this.#kept
    this.#kept = true
    try {
      await this.#write(box, header, roster, whole ? null : changed)
    } catch {
      this.#kept = false
    }
  }

  /** @param changed null to write all guests in place of what is there */
  async #write(
    box: SealedBox,
    header: KeptHeader,
    roster: Roster,
    changed: readonly ManifestGuest[] | null,
  ): Promise<void> {
    const { eventId, encryption } = header
    const database = await this.#database()
    const before = await database.get('manifests', eventId)
    // What another ticket sealed is of no use beside this one's, which has to be whole then.
    const anew = changed === null || before?.encryption.keyId !== encryption.keyId
    const guests = anew ? roster.guests : changed
    const records = await sealedOf(box, [
      [HEAD, roster.head],
      ...guests.map((guest) => [guest.id, guest] as const),
    ])
    const writing = database.transaction(['manifests', 'records'], 'readwrite')
    if (anew) await writing.objectStore('records').delete(rangeOf(eventId))
    await Promise.all([
      writing.objectStore('manifests').put(header),
      ...records.map(([name, sealed]) => writing.objectStore('records').put(sealed, [eventId, name])),
      writing.done,
    ])
  }

  /** Keeps what became of one guest; where that fails, with the next answer of the server. */
  async keep(guest: ManifestGuest): Promise<void> {
    if (this.#box === null) return
    const sealed = await this.#box.seal(guest.id, guest)
    try {
      const database = await this.#database()
      await database.put('records', sealed, [this.#ticket.eventId, guest.id])
    } catch {
      this.#kept = false
    }
  }

  /** Deletes the manifest of this ticket from memory and device. The queue is not part of it. */
  async drop(): Promise<void> {
    this.#box = null
    this.#roster = null
    this.#header = null
    const { eventId, ticketId } = this.#ticket
    const database = await this.#database()
    const header = await database.get('manifests', eventId)
    if (header?.encryption.keyId === ticketId) await dropManifest(database, eventId)
  }
}

const rangeOf = (eventId: string): IDBKeyRange => IDBKeyRange.bound([eventId, ''], [eventId, '\uffff'])

/** Where the last scans of the device lie: beside the records of the list, which are written anew as a whole. */
export const recentKeyOf = (eventId: string): [string, string] => [`${eventId} recent`, 'recent']

/** @throws when a record does not open */
async function openedWith(box: SealedBox, records: Map<string, Sealed>): Promise<Roster> {
  const head = records.get(HEAD)
  if (head === undefined) throw new Error('the record about the event is missing')
  // First alone: where it does not open, nothing does.
  const about = await box.open<RosterHead>(HEAD, head)
  const guests = [...records].filter(([name]) => name !== HEAD)
  return new Roster(
    about,
    await Promise.all(guests.map(([name, record]) => box.open<ManifestGuest>(name, record))),
  )
}

const sealedOf = (
  box: SealedBox,
  records: readonly (readonly [string, unknown])[],
): Promise<(readonly [string, Sealed])[]> =>
  Promise.all(records.map(async ([name, value]) => [name, await box.seal(name, value)] as const))

async function dropManifest(database: DoorDatabase, eventId: string): Promise<void> {
  const writing = database.transaction(['manifests', 'records'], 'readwrite')
  await Promise.all([
    writing.objectStore('manifests').delete(eventId),
    writing.objectStore('records').delete(rangeOf(eventId)),
    writing.objectStore('records').delete(recentKeyOf(eventId)),
    writing.done,
  ])
}

/**
 * Deletes every manifest whose ticket has run out, also of events whose ticket is gone.
 * @param now by the server's clock, milliseconds since the epoch
 */
export async function dropExpired(database: DoorDatabase, now: number): Promise<void> {
  for (const { eventId, expiresAt } of await database.getAll('manifests')) {
    if (Date.parse(expiresAt) <= now) await dropManifest(database, eventId)
  }
}
