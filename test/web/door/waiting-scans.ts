import type { BatchAnswer, BatchItem } from '@contracts/door-offline.ts'
import { openDoorDatabase, type Database, type DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import type { SendBatch } from '../../../web/src/door/offline/upload.ts'
import { DEVICE, EVENT_ID, guestIdOf, NOON } from './event-at-the-door.ts'
import { emptyStorage } from './fresh-device.ts'

type Answer = BatchAnswer['items'][number]

/** The queue of a device that was never used, and the database that it lies in. */
export async function emptyQueue(): Promise<{ database: DoorDatabase; opened: Database; queue: ScanQueue }> {
  emptyStorage()
  const database = await openDoorDatabase()
  const opened = () => Promise.resolve(database)
  return { database, opened, queue: await ScanQueue.open(opened, EVENT_ID) }
}

export const nonceOf = (number: number): string => `nonce-${String(number).padStart(4, '0')}`

/** The nonces of these scans and of all between them. */
export const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => nonceOf(from + at))

/** A party of two that came in. */
export const itemOf = (number: number): BatchItem => ({
  nonce: nonceOf(number),
  guestId: guestIdOf(number),
  scannedAt: new Date(NOON + number).toISOString(),
  deviceId: DEVICE,
  outcome: 'admitted',
  arrivalCount: 2,
})

/** Puts the scans from the first to this one into a queue. */
export async function fill(queue: ScanQueue, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await queue.put({ item: itemOf(number), guestId: guestIdOf(number), asked: false }, null)
  }
}

export const answerTo = ({ nonce }: BatchItem, status: Answer['status'] = 'accepted'): Answer => ({
  index: 0,
  nonce,
  status,
  result: null,
  checkInId: null,
  reason: null,
  detail: null,
})

/** A server that writes down what it is sent. */
export function batchServer(answer: (item: BatchItem) => Answer = (item) => answerTo(item)) {
  const batches: string[][] = []
  const all: BatchItem[] = []
  const send: SendBatch = (items) => {
    all.push(...items)
    batches.push(items.map(({ nonce }) => nonce))
    return Promise.resolve(items.map(answer))
  }
  return { batches, send, sent: () => batches.flat(), items: () => all }
}
