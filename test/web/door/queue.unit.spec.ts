import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database, DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { upload } from '../../../web/src/door/offline/upload.ts'
import { EVENT_ID, guestIdOf } from './event-at-the-door.ts'
import { batchServer, emptyQueue, fill, itemOf, nonceOf, range } from './waiting-scans.ts'

let database: DoorDatabase
let opened: Database
let queue: ScanQueue

beforeEach(async () => {
  ;({ database, opened, queue } = await emptyQueue())
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the queue of a scanner', () => {
  it('outlives the page, in its order, apart from those of other events', async () => {
    await fill(queue, 3)
    const other = await ScanQueue.open(opened, 'another event')
    await other.put({ item: itemOf(9), guestId: null, asked: false }, null)
    const again = await ScanQueue.open(opened, EVENT_ID)
    expect(again.size).toBe(3)
    expect((await again.claim(0)).map(({ nonce }) => nonce)).toEqual(range(1, 3))
    expect([again.elsewhere, other.elsewhere]).toEqual([1, 3])
    expect([again.waitsFor(guestIdOf(2)), again.waitsFor(guestIdOf(9))]).toEqual([true, false])
  })

  it('takes a scan back that never left the device, and no other, also after a restart', async () => {
    await fill(queue, 2)
    expect(await queue.takeBack(nonceOf(1))).toMatchObject({ guestId: guestIdOf(1) })
    expect(queue.waitsFor(guestIdOf(1))).toBe(false)
    expect(await queue.claim(0)).toHaveLength(1)
    for (const one of [queue, await ScanQueue.open(opened, EVENT_ID)]) {
      expect(await one.takeBack(nonceOf(2))).toBeNull()
      expect(one.size).toBe(1)
    }
    expect(await database.count('queue')).toBe(1)
  })

  it('does not take a scan back that another tab has sent', async () => {
    await fill(queue, 1)
    const other = await ScanQueue.open(opened, EVENT_ID)
    await other.claim(0)
    expect(await queue.takeBack(nonceOf(1))).toBeNull()
    expect(queue.size).toBe(1)
  })

  it('does not send what is being taken back', async () => {
    await fill(queue, 1)
    const [taken, claimed] = await Promise.all([queue.takeBack(nonceOf(1)), queue.claim(0)])
    expect([taken?.nonce, claimed.length]).toEqual([nonceOf(1), 0])
    expect(await database.count('queue')).toBe(0)
  })

  it('keeps what an earlier version left behind, and knows not whether the server has it', async () => {
    const stored = { eventId: EVENT_ID, nonce: nonceOf(1), guestId: guestIdOf(1), item: itemOf(1) }
    await database.add('queue', { ...stored, sealedName: null })
    queue = await ScanQueue.open(opened, EVENT_ID)
    expect(queue.inside(guestIdOf(1), 2)).toBe(2)
    expect(await queue.takeBack(nonceOf(1))).toBeNull()
    const { send, sent } = batchServer()
    await upload(queue, null, send, () => undefined)
    expect(sent()).toEqual(range(1, 1))
  })

  it('adds to what the server says what it cannot have, and nothing twice', async () => {
    await fill(queue, 1)
    const second = { ...itemOf(2), guestId: guestIdOf(1), arrivalCount: 1, arrivedBefore: 3 }
    await queue.put({ item: second, guestId: guestIdOf(1), asked: true }, null)
    // Another gate let one in; two wait here, and one more of whom nobody knows, the fourth.
    expect(queue.inside(guestIdOf(1), 1)).toBe(4)
    expect(queue.inside(guestIdOf(1), 3)).toBe(5)
    await queue.claim(0)
    expect(queue.inside(guestIdOf(1), 1)).toBe(4)
    expect(queue.inside(guestIdOf(1), 5)).toBe(5)
  })

  it('is on the disk before a scan is shown, not only on its way there', async () => {
    const begin = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await fill(queue, 1)
    expect(begin.mock.calls.at(-1)?.[2]).toEqual({ durability: 'strict' })
  })

  it('keeps a nonce once', async () => {
    const other = await ScanQueue.open(opened, EVENT_ID)
    await fill(queue, 1)
    const again = { item: itemOf(1), guestId: guestIdOf(1), asked: false }
    expect(await queue.put(again, null)).toBe(false)
    // As after a write of which the browser did not say that it was done.
    await other.put(again, null)
    expect([queue.size, other.size, await database.count('queue')]).toEqual([1, 1, 1])
  })
})
