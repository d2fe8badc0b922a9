import type { BatchItem } from '@contracts/door-offline.ts'
import type { CheckInAnswer, CheckInPreview } from '@contracts/door.ts'
import type { Door } from '../../../web/src/door/door.ts'
import { Connection } from '../../../web/src/door/offline/connection.ts'
import { openDoorDatabase, type Database, type DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { DeviceDoor } from '../../../web/src/door/offline/device-door.ts'
import { ManifestStore } from '../../../web/src/door/offline/manifest-store.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { ScannerDoor } from '../../../web/src/door/offline/scanner-door.ts'
import type { Scan } from '../../../web/src/door/scan.ts'
import {
  DEVICE,
  EVENT_ID,
  guestIdOf,
  makeGuest,
  makeManifest,
  makePass,
  makeTicket,
  NOON,
} from './event-at-the-door.ts'
import { emptyStorage, scanOf } from './fresh-device.ts'

/** A server that knows of one guest, or throws what it is told to; it writes down what it was asked. */
export class FakeServer implements Door {
  failure: Error | null = null
  arrived = 0
  readonly asked: string[] = []

  #answer(): CheckInAnswer {
    return { ...this.#preview(), result: 'admitted', checkInId: 'arrival-1', reason: null }
  }
  #preview(): CheckInPreview {
    return {
      guest: { id: guestIdOf(1), name: 'Guest Number1' },
      party: { expected: 2, arrived: this.arrived, names: [] },
      risk: 'low',
      refusal: null,
      lastArrival: null,
    }
  }
  #ask<T>(what: string, answer: () => T): Promise<T> {
    this.asked.push(what)
    return this.failure === null ? Promise.resolve(answer()) : Promise.reject(this.failure)
  }
  find = () => this.#ask('find', () => ({ kind: 'guest' as const, preview: this.#preview(), alone: false }))
  admit = (...[, , count]: Parameters<Door['admit']>) =>
    this.#ask('admit', () => {
      this.arrived += count
      return { answer: this.#answer(), alone: false }
    })
  turnAway = () => this.#ask('turnAway', () => undefined)
  undo = ({ checkInId }: { checkInId: string | null }) =>
    this.#ask(`undo ${String(checkInId)}`, () => undefined)
  search = () => this.#ask('search', () => [this.#preview()])
  walkIn = () => this.#ask('walkIn', () => ({ answer: this.#answer(), alone: false }))
}

/** What the door of a scanner is made of. */
interface Parts {
  readonly database: DoorDatabase
  readonly opened: Database
  readonly store: ManifestStore
  readonly queue: ScanQueue
  readonly connection: Connection
  readonly server: FakeServer
}

export interface StartedDoor extends Parts {
  readonly door: ScannerDoor
}

/** The door of a device by itself. @param now by the server's clock, milliseconds since the epoch */
export const deviceDoorOf = ({ store, queue }: Pick<Parts, 'store' | 'queue'>, now = NOON): DeviceDoor =>
  new DeviceDoor({ store, queue, deviceId: DEVICE, ticketId: 'ticket-1', serverNow: () => now })

/** The door of a scanner, which sends nothing by itself. */
export const scannerDoorOf = ({ server, store, queue, connection }: Parts): ScannerDoor =>
  new ScannerDoor({
    server,
    device: deviceDoorOf({ store, queue }),
    store,
    queue,
    connection,
    send: () => Promise.resolve(),
    checkInIdOf: (nonce) => `arrival of ${nonce}`,
  })

/** A scanner that was never used, with a connection and a list of two guests. */
export async function startScannerDoor(): Promise<StartedDoor> {
  emptyStorage()
  const database = await openDoorDatabase()
  const opened = () => Promise.resolve(database)
  const parts = {
    database,
    opened,
    store: new ManifestStore(opened, makeTicket()),
    queue: await ScanQueue.open(opened, EVENT_ID),
    connection: new Connection(true, () => undefined),
    server: new FakeServer(),
  }
  const guests = await Promise.all([makeGuest(1), makeGuest(2, { name: 'Other' })])
  await parts.store.apply(makeManifest(guests), (_guestId, told) => told, NOON)
  return { ...parts, door: scannerDoorOf(parts) }
}

/** The pass of the guest whom the server knows. */
export const passScan = (): Scan => scanOf({ pass: makePass({ guestId: guestIdOf(1) }) })

/** What waits to be sent, as it will be sent. */
export const waitingIn = async ({ queue, store }: Pick<Parts, 'store' | 'queue'>): Promise<BatchItem[]> =>
  Promise.all((await queue.claim(0)).map((scan) => queue.itemOf(scan, store.box)))
