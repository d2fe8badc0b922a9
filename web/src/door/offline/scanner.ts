import type { Manifest } from '@contracts/door-offline.ts'
import { eventOf, fetchManifest, sendBatch, serverDoor, TRANSFER_MS, troubleOf } from '../api.ts'
import type { Door } from '../door.ts'
import type { SentAnswer } from '../desk.ts'
import type { TicketFace } from '../ticket.ts'
import { Connection, PATIENCE_MS, type CallEnd, type Link } from './connection.ts'
import { keptOpen, type Database, type Notice } from './database.ts'
import { DeviceDoor } from './device-door.ts'
import { dropExpired, ManifestStore } from './manifest-store.ts'
import { ScanQueue } from './queue.ts'
import { RecentStore } from './recent-store.ts'
import { callEnd, ScannerDoor } from './scanner-door.ts'
import { BACK_OFF_MS, Sync } from './sync.ts'
import type { Upload } from './upload.ts'

/** With the name of a walk-in, whom the list does not name. */
export interface NamedNotice extends Notice {
  readonly walkIn: string | null
}

/** What people at the door see of the machinery. */
export interface ScannerStatus {
  readonly link: Link
  readonly syncing: boolean
  /** Scans that the server does not have yet. */
  readonly waiting: number
  /** Scans of other events that wait on this device for a ticket of theirs. */
  readonly elsewhere: number
  readonly event: Manifest['event'] | null
  /** Guests on this device, and of the event in all; equal once the manifest is complete. */
  readonly guests: number
  readonly total: number
  readonly complete: boolean
  /** When the last answer came, milliseconds since the epoch; null before the first. */
  readonly savedAt: number | null
  /** How far the clock of this device is ahead of the server's, in milliseconds. */
  readonly clockAhead: number
  readonly notices: readonly NamedNotice[]
  /** False while the device cannot keep what it knows: it is gone when the page is. */
  readonly kept: boolean
}

/** Why somebody should perhaps not be added at the door. */
export interface WalkInDoubts {
  /** A guest of the list who is called the same, or brings somebody who is. */
  readonly same: { readonly id: string; readonly name: string | null } | null
  /** Seats that are left by what the device last heard, where those are too few; null otherwise. */
  readonly seatsLeft: number | null
}

export interface ScannerOptions {
  readonly ticket: string
  readonly face: TicketFace
  readonly deviceId: string
  /** What the browser says at the start. */
  readonly online: boolean
  /** By the clock of this device, milliseconds since the epoch. */
  readonly now: () => number
  /** By the server's, as far as it is known. */
  readonly serverNow: () => number
  readonly changed: (status: ScannerStatus) => void
  /** The server takes this ticket no more: the manifest is gone, the queue stays. */
  readonly refused: (code: string) => void
  readonly database?: Database
}

/** Everything behind the page of a scanner: manifest, queue, connection, and the door that works with and without a network. */
export class Scanner {
  readonly door: Door
  /** The last scans of this device, also of before the page was loaded. */
  readonly recent: RecentStore
  readonly #options: ScannerOptions
  readonly #store: ManifestStore
  readonly #queue: ScanQueue
  readonly #connection: Connection
  readonly #sync: Sync
  #sent: (nonce: string, answer: SentAnswer) => void = () => undefined
  readonly #checkInIds = new Map<string, string>()
  #notices: readonly NamedNotice[] = []
  #knocking = false
  /** Until when nobody is asked whether the server is back, milliseconds since the epoch. */
  #restUntil = 0

  static async open(options: ScannerOptions): Promise<Scanner> {
    const database = options.database ?? keptOpen()
    const { face, ticket, serverNow } = options
    await dropExpired(await database(), serverNow())
    const store = new ManifestStore(database, { token: ticket, ...face })
    await store.open(serverNow()).catch(() => undefined)
    const queue = await ScanQueue.open(database, face.eventId)
    const scanner = new Scanner(options, store, queue, await RecentStore.open(database, store, face.eventId))
    await scanner.#readNotices()
    return scanner
  }

  private constructor(options: ScannerOptions, store: ManifestStore, queue: ScanQueue, recent: RecentStore) {
    const { ticket, face, deviceId, online, now, serverNow } = options
    this.#options = options
    this.#store = store
    this.#queue = queue
    this.recent = recent
    this.#connection = new Connection(online, () => {
      this.#tell()
    })
    this.#sync = new Sync({
      store,
      queue,
      now,
      send: (items) => sendBatch(ticket, items),
      reach: () => this.#reach(),
      fetchManifest: (since) => fetchManifest(ticket, since),
      settled: (upload) => void this.#settled(upload),
      learned: () => {
        this.#tell()
      },
    })
    this.door = this.#telling(
      new ScannerDoor({
        server: serverDoor(() => ticket, PATIENCE_MS),
        device: new DeviceDoor({ store, queue, deviceId, ticketId: face.ticketId, serverNow }),
        store,
        queue,
        connection: this.#connection,
        send: () => this.#send(),
        checkInIdOf: (nonce) => this.#checkInIds.get(nonce) ?? null,
      }),
    )
  }

  get status(): ScannerStatus {
    const { roster, header } = this.#store
    const { now, serverNow } = this.#options
    return {
      link: this.#connection.link,
      syncing: this.#sync.running,
      waiting: this.#queue.size,
      elsewhere: this.#queue.elsewhere,
      event: roster?.head.event ?? null,
      guests: roster?.size ?? 0,
      total: roster?.head.total ?? 0,
      complete: roster?.partial === false,
      savedAt: header === null ? null : Date.parse(header.savedAt),
      clockAhead: now() - serverNow(),
      notices: this.#notices,
      kept: this.#store.kept,
    }
  }

  /** Sends what waits and asks for what is new. What goes wrong shows in the status. */
  async sync(): Promise<void> {
    // How the one that runs ends is told once.
    if (this.#sync.running) return this.#sync.run().catch(() => undefined)
    // What could not be read at the start.
    if (this.#store.roster === null) await this.#store.open(this.#options.serverNow()).catch(() => undefined)
    const running = this.#sync.run()
    this.#tell()
    try {
      await running
      this.#connection.ended('answered')
      // Made while the request was on its way, which it missed.
      if (this.#queue.unsent) void this.sync()
    } catch (thrown) {
      this.#connection.ended(callEnd(thrown))
      if (troubleOf(thrown).kind === 'ticket') await this.refuse(codeOf(thrown))
    } finally {
      this.#tell()
    }
  }

  /**
   * Asks whether the server is back, while it is away: little, so that it can be asked often. After a server that answers and
   * takes nothing there is a rest.
   */
  async knock(): Promise<void> {
    const { ticket, now } = this.#options
    if (this.#connection.online || this.#sync.running || this.#knocking || now() < this.#restUntil) return
    this.#knocking = true
    const end = await eventOf(ticket, PATIENCE_MS).then((): CallEnd => 'answered', callEnd)
    if (end === 'answered') await this.sync()
    this.#knocking = false
    if (end === 'silent') return
    if (this.status.link === 'offline') this.#restUntil = now() + BACK_OFF_MS
  }

  lostNetwork(): void {
    this.#connection.lostNetwork()
  }

  /** Deletes the manifest; what waits to be sent stays. */
  async refuse(code: string): Promise<void> {
    // Without its ticket nobody reads it, should it be left behind.
    await this.#store.drop().catch(() => undefined)
    this.#tell()
    this.#options.refused(code)
  }

  /** Name of a guest, null when it is not known here. */
  nameOf(guestId: string | null): string | null {
    return guestId === null ? null : (this.#store.roster?.guest(guestId)?.name ?? null)
  }

  /** @param told of each scan that waited and was sent, from now on */
  whenSent(told: (nonce: string, answer: SentAnswer) => void): void {
    this.#sent = told
  }

  /** What this device knows that speaks against adding so many people at the door. */
  doubtsAbout(name: string, people: number): WalkInDoubts {
    const { roster } = this.#store
    const [same] = name.trim() === '' ? [] : (roster?.named(name) ?? [])
    return {
      same: same === undefined ? null : { id: same.id, name: same.name },
      // With a connection the server says it, and knows.
      seatsLeft: this.#connection.link === 'offline' ? this.#tooFewSeats(people) : null,
    }
  }

  /** @returns the seats that are left when they are too few, null when they are enough or nobody knows */
  #tooFewSeats(people: number): number | null {
    const told = this.#store.roster?.seatsLeft ?? null
    if (told === null) return null
    const left = Math.max(told - this.#queue.added, 0)
    return left < people ? left : null
  }

  async dismiss(nonce: string): Promise<void> {
    await this.#queue.dismiss(nonce)
    await this.#readNotices()
    this.#tell()
  }

  async #reach(): Promise<void> {
    if (this.#connection.link !== 'online' && !this.#knocking)
      await eventOf(this.#options.ticket, TRANSFER_MS)
  }

  /** Sends all that waits: what is under way may have passed the newest scan by. */
  async #send(): Promise<void> {
    if (this.#sync.running) await this.sync()
    if (this.#queue.size > 0) await this.sync()
  }

  async #settled(upload: Upload): Promise<void> {
    for (const { scan, answer } of upload.sent) {
      if (answer.checkInId !== null) this.#checkInIds.set(scan.nonce, answer.checkInId)
      this.#sent(scan.nonce, answer)
    }
    if (upload.notices.length > 0) await this.#readNotices()
    this.#tell()
  }

  async #readNotices(): Promise<void> {
    const { box } = this.#store
    const notices = await this.#queue.notices()
    this.#notices = await Promise.all(
      notices.map(async (notice) => ({ ...notice, walkIn: await this.#queue.walkInOf(notice, box) })),
    )
  }

  #tell(): void {
    this.#options.changed(this.status)
  }

  /** After each scan the queue may be longer, and a call may have brought the ticket's end. */
  #telling(door: Door): Door {
    const told = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work
      } catch (thrown) {
        if (troubleOf(thrown).kind === 'ticket') await this.refuse(codeOf(thrown))
        throw thrown
      } finally {
        this.#tell()
      }
    }
    return {
      find: (...scan) => told(door.find(...scan)),
      admit: (...scan) => told(door.admit(...scan)),
      turnAway: (...scan) => told(door.turnAway(...scan)),
      undo: (...arrival) => told(door.undo(...arrival)),
      search: (...text) => told(door.search(...text)),
      walkIn: (...scan) => told(door.walkIn(...scan)),
    }
  }
}

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : ''
