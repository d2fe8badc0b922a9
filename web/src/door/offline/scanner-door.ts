import type { CheckInPreview } from '@contracts/door.ts'
import { troubleOf } from '../api.ts'
import type { Admission, Door, Finding, Undoable } from '../door.ts'
import type { Connection } from './connection.ts'
import type { DeviceDoor } from './device-door.ts'
import type { ManifestStore } from './manifest-store.ts'
import type { ScanQueue } from './queue.ts'

export interface ScannerDoorParts {
  readonly server: Door
  readonly device: DeviceDoor
  readonly store: ManifestStore
  readonly queue: ScanQueue
  readonly connection: Connection
  /** Resolves when nothing is being sent. */
  readonly sent: () => Promise<unknown>
  /** What the server calls the arrival of a scan that was sent from the queue. */
  readonly checkInIdOf: (nonce: string) => string | null
}

/** The door of a scanner: the server decides, and this device in its place whenever there is no answer. */
export class ScannerDoor implements Door {
  readonly #parts: ScannerDoorParts

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
    const { server, device, queue } = this.#parts
    // Of one guest the server learns in order: a later arrival must not overtake one that waits.
    if (device.ready && queue.waitingFor(preview.guest.id) > 0) return device.admit(scan, preview, count)
    return this.#either(
      async () => {
        const admission = await server.admit(scan, preview, count)
        await this.#learn(admission.answer)
        return admission
      },
      () => device.admit(scan, preview, count),
    )
  }

  turnAway(...[scan, preview, reason]: Parameters<Door['turnAway']>): Promise<void> {
    const { server, device } = this.#parts
    return this.#either(
      () => server.turnAway(scan, preview, reason),
      () => device.turnAway(scan, preview, reason),
    )
  }

  async undo({ nonce, checkInId }: Undoable): Promise<void> {
    const { server, device, queue, sent, checkInIdOf } = this.#parts
    if (queue.has(nonce)) {
      const takenBack = await device.undo({ nonce }).then(
        () => true,
        () => false,
      )
      if (takenBack) return
      // It is on its way: an arrival like any other once the server has it.
      await sent()
      if (queue.has(nonce)) return device.undo({ nonce })
    }
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
      () => server.walkIn(scan, name, count),
      () => device.walkIn(scan, name, count),
    )
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
      if (end !== 'answered' && device.ready) return alone()
      throw thrown
    }
  }

  /** The server does not know who was let in here while it could not be asked. */
  async #withWaiting(preview: CheckInPreview): Promise<CheckInPreview> {
    await this.#learn(preview)
    const { party, guest } = preview
    const arrived = party.arrived + this.#parts.queue.waitingFor(guest.id)
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
    const arrived = party.arrived + queue.waitingFor(guest.id)
    if (store.roster?.guest(guest.id)?.arrived === arrived) return
    const known = store.roster?.learn(guest.id, { arrived, lastArrival }) ?? null
    if (known !== null) await store.keep(known)
  }
}

/** How a call that threw ended, for the connection. */
export function callEnd(thrown: unknown): 'answered' | 'silent' | 'failed' {
  if (thrown instanceof DOMException) return 'silent'
  const { kind } = troubleOf(thrown)
  return kind === 'offline' || kind === 'server' || kind === 'wait' ? 'failed' : 'answered'
}
