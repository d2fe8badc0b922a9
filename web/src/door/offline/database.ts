import type { BatchItem, Manifest } from '@contracts/door-offline.ts'
import type { Refusal } from '@contracts/door.ts'
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Sealed } from './sealed-box.ts'

/** What is known of a kept manifest without the ticket: nothing about anybody. */
export interface KeptHeader {
  readonly eventId: string
  readonly encryption: Manifest['encryption']
  readonly expiresAt: string
  readonly guests: number
  /** Of the last answer, by the clock of this device. */
  readonly savedAt: string
}

/** A scan that waits to be sent. Of a guest only the id lies open. */
export interface QueuedScan {
  /** Order of the queue; given by the database. */
  readonly seq?: number
  readonly eventId: string
  readonly nonce: string
  /** Null for what leads to no guest, and for walk-ins. */
  readonly guestId: string | null
  /** Without what was scanned and without names, where those are sealed. */
  readonly item: BatchItem
  /** The server may have it: it was asked or was sent this, and nobody knows what came of it. */
  readonly asked: boolean
  /** The whole item; null where there was nothing to seal it with. */
  readonly sealed: Sealed | null
  /** The name of a walk-in, as an earlier version sealed it. */
  readonly sealedName?: Sealed | null
}

/** A scan as it lies in the queue: an earlier version sealed names only, and did not tell what was asked. */
export type StoredScan = Omit<QueuedScan, 'asked' | 'sealed'> & Partial<Pick<QueuedScan, 'asked' | 'sealed'>>

/** What people have to be told of a scan after it was sent; stays until they say that they have seen it. */
export interface Notice {
  readonly nonce: string
  readonly eventId: string
  readonly kind: 'rejected' | 'conflict'
  readonly guestId: string | null
  /** People who were let in, 0 for a refusal. */
  readonly count: number
  readonly scannedAt: string
  readonly reason: string | null
  /** Of a conflict: what was against it; an earlier version did not keep it. */
  readonly refusal?: Refusal | null | undefined
  /** A sentence of the server. */
  readonly detail: string | null
  /** Of a walk-in, whom the list does not name: the item as it was sealed in the queue. */
  readonly sealed?: Sealed | null
}

interface DoorSchema extends DBSchema {
  manifests: { key: string; value: KeptHeader }
  /** By event and name of the record. */
  records: { key: [string, string]; value: Sealed }
  queue: { key: number; value: StoredScan; indexes: { byNonce: string } }
  notices: { key: string; value: Notice }
}
export type DoorDatabase = IDBPDatabase<DoorSchema>

/** Gives the open database; rejects while the browser has none to give. */
export type Database = () => Promise<DoorDatabase>

/** Opens what the door keeps on this device when it is first asked for, and anew after the browser has closed it. */
export function keptOpen(): Database {
  let opened: Promise<DoorDatabase> | null = null
  const lost = () => {
    opened = null
  }
  return async () => {
    opened ??= openDoorDatabase(lost)
    try {
      return await opened
    } catch (thrown) {
      lost()
      throw thrown
    }
  }
}

/**
 * Opens what the door keeps on this device. The ticket is never in it.
 * @param lost told when the browser closes it by itself, as Safari does when its storage process dies
 */
export function openDoorDatabase(lost: () => void = () => undefined): Promise<DoorDatabase> {
  return openDB<DoorSchema>('guestguard-door', 1, {
    terminated: lost,
    upgrade(database) {
      database.createObjectStore('manifests', { keyPath: 'eventId' })
      database.createObjectStore('records')
      const queue = database.createObjectStore('queue', { keyPath: 'seq', autoIncrement: true })
      queue.createIndex('byNonce', 'nonce', { unique: true })
      database.createObjectStore('notices', { keyPath: 'nonce' })
    },
  })
}
