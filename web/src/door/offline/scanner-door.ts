import type { CheckInPreview } from '@contracts/door.ts'
import { noAnswer } from '@shared/api/problem.ts'
import { troubleOf } from '../api.ts'
import type { Admission, Door, Finding, Undoable } from '../door.ts'
import type { Scan } from '../scan.ts'
import type { CallEnd, Connection } from './connection.ts'
import type { DeviceDoor } from './device-door.ts'
import type { ManifestStore } from './manifest-store.ts'
import type { ScanQueue } from './queue.ts'

export interface ScannerDoorParts {
  readonly server: Door
  readonly device: DeviceDoor
  readonly store: ManifestStore
  readonly queue: ScanQueue
  readonly connection: Connection
  /** Sends all that waits, and resolves whatever came of it. */
  readonly send: () => Promise<void>
  /** What the server calls the arrival of a scan that was sent from the queue. */
  readonly checkInIdOf: (nonce: string) => string | null
}

/** The door of a scanner: the server decides, and this device in its place whenever there is no answer. */
export class ScannerDoor implements Door {
  readonly #parts: ScannerDoorParts
  /** Scans that the server was asked to record and did not answer. */
  readonly #unanswered = new Set<string>()

  constructor(parts: ScannerDoorParts) {
    this.#parts = parts
  }

  async find(scan: Parameters<Door['find']>[0]): Promise<Finding> {
    const { server, device } = this.#parts
    return this.#either(
      async () => {
        const found = await server.find(scan)
        return found.kind === 'guest' ? { ...found, preview: await this.#withWaiting(found.preview) } : found
      },
      () => device.find(scan),
    )
  }

  async admit(...[scan, preview, count]: Parameters<Door['admit']>): Promise<Admission> {
    const { server, device, queue, connection } = this.#parts
    const alone = () => device.admit(scan, preview, count, this.#unanswered.has(scan.nonce))
    // Of one guest the server learns in order: a later arrival must not overtake one that waits.
    if (device.ready && queue.waitsFor(preview.guest.id)) {
      return connection.online ? this.#sentAtOnce(alone) : alone()
    }
    return this.#either(async () => {
      const admission = await this.#recording(scan, () => server.admit(scan, preview, count))
      await this.#learn(admission.answer)
      return admission
    }, alone)
  }

  turnAway(...[scan, preview, reason]: Parameters<Door['turnAway']>): Promise<void> {
    const { server, device } = this.#parts
    return this.#either(
      async () => {
        await this.#recording(scan, () => server.turnAway(scan, preview, reason))
        await device.learnTurnedAway(scan, preview.guest.id, reason)
      },
      () => device.turnAway(scan, preview, reason, this.#unanswered.has(scan.nonce)),
    )
  }

  async undo({ nonce, checkInId }: Undoable): Promise<void> {
    const { server, device, queue, send, checkInIdOf } = this.#parts
    if (await device.undo({ nonce })) return
    // The server may have it: an arrival like any other once it has said so.
    if (queue.has(nonce)) await send()
    if (queue.has(nonce)) throw noAnswer()
    await server.undo({ nonce, checkInId: checkInId ?? checkInIdOf(nonce) })
  }

  search(text: string): Promise<readonly CheckInPreview[]> {
    const { server, device } = this.#parts
    return this.#either(
      async () => Promise.all((await server.search(text)).map((found) => this.#withWaiting(found))),
      () => device.search(text),
    )
  }

  walkIn(...[scan, name, count]: Parameters<Door['walkIn']>): Promise<Admission> {
    const { server, device } = this.#parts
    return this.#either(
      () => this.#recording(scan, () => server.walkIn(scan, name, count)),
      () => device.walkIn(scan, name, count, this.#unanswered.has(scan.nonce)),
    )
  }

  /** Remembers that the server was asked, until it has answered. */
  async #recording<T>({ nonce }: Scan, ask: () => Promise<T>): Promise<T> {
    this.#unanswered.add(nonce)
    try {
      const answer = await ask()
      this.#unanswered.delete(nonce)
      return answer
    } catch (thrown) {
      if (callEnd(thrown) === 'answered') this.#unanswered.delete(nonce)
      throw thrown
    }
  }

  /** Decides on this device, and sends what waits at once: there is a connection, or was a moment ago. */
  async #sentAtOnce<T>(alone: () => Promise<T>): Promise<T> {
    const { queue, send } = this.#parts
    const decided = await alone()
    if (queue.size > 0) void send()
    return decided
  }

  async #either<T>(ask: () => Promise<T>, alone: () => Promise<T>): Promise<T> {
    const { connection, device } = this.#parts
    if (!connection.online && device.ready) return alone()
    try {
      const answer = await ask()
      connection.ended('answered')
      return answer
    } catch (thrown) {
      const end = callEnd(thrown)
      connection.ended(end)
      if (end === 'answered' || !device.ready) throw thrown
      return await this.#sentAtOnce(alone).catch(() => {
        // Nobody knows whether it was recorded, since the server was asked: that is what has to be said.
        throw thrown
      })
    }
  }

  /** The server does not know who was let in here while it could not be asked. */
  async #withWaiting(preview: CheckInPreview): Promise<CheckInPreview> {
    await this.#learn(preview)
    const { party, guest } = preview
    const arrived = this.#parts.queue.inside(guest.id, party.arrived)
    if (arrived === party.arrived) return preview
    const full = arrived >= party.expected
    return {
      ...preview,
      party: { ...party, arrived },
      refusal: preview.refusal ?? (full ? 'party_complete' : null),
    }
  }

  async #learn({
    guest,
    party,
    lastArrival,
  }: Pick<CheckInPreview, 'guest' | 'party' | 'lastArrival'>): Promise<void> {
    const { store, queue } = this.#parts
    const arrived = queue.inside(guest.id, party.arrived)
    if (store.roster?.guest(guest.id)?.arrived === arrived) return
    const known = store.roster?.learn(guest.id, { arrived, lastArrival }) ?? null
    if (known !== null) await store.keep(known)
  }
}

/** How a call that threw ended, for the connection. */
export function callEnd(thrown: unknown): CallEnd {
  const { kind } = troubleOf(thrown)
  if (kind === 'offline') return 'silent'
  if (kind === 'storage') return 'unrelated'
  return kind === 'server' || kind === 'wait' ? 'failed' : 'answered'
}
