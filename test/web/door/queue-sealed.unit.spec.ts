import { beforeEach, describe, expect, it } from 'vitest'
import type { BatchItem } from '@contracts/door-offline.ts'
import type { Database, DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { SealedBox } from '../../../web/src/door/offline/sealed-box.ts'
import { upload } from '../../../web/src/door/offline/upload.ts'
import { EVENT_ID, guestIdOf, makeManifest, makeTicket } from './event-at-the-door.ts'
import { answerTo, batchServer, emptyQueue, itemOf } from './waiting-scans.ts'

let database: DoorDatabase
let opened: Database
let queue: ScanQueue

beforeEach(async () => {
  ;({ database, opened, queue } = await emptyQueue())
})

describe('the queue of a scanner with the key of a ticket', () => {
  const { encryption } = makeManifest([])
  const boxOf = (secret = 7) => SealedBox.of(makeTicket(secret).token, encryption, EVENT_ID)
  const { guestId: _guestId, ...told } = itemOf(1)
  const walkIn: BatchItem = { ...told, walkIn: { name: 'Walter Secret' } }
  const pass: BatchItem = { ...told, pass: 'SECRET-PASS' }

  /** What is sent of a scan that was sealed with one ticket, by the same one and by another. */
  async function sentOf(item: BatchItem, guestId: string | null): Promise<(BatchItem | undefined)[]> {
    await queue.put({ item, guestId, asked: false }, await boxOf())
    const [stored] = await database.getAll('queue')
    expect(JSON.stringify(stored)).not.toMatch(/secret/i)
    expect(Buffer.from(stored?.sealed?.data ?? new ArrayBuffer(0)).toString('latin1')).not.toMatch(/secret/i)
    const [waiting] = await queue.claim(0)
    if (waiting === undefined) throw new Error('nothing waits')
    return [await queue.itemOf(waiting, await boxOf()), await queue.itemOf(waiting, await boxOf(8))]
  }

  it('seals the name of a walk-in, who came in also when the ticket is gone', async () => {
    expect(await sentOf(walkIn, null)).toEqual([walkIn, { ...told, walkIn: { name: 'Walk-in' } }])
  })

  it('knows the name of a walk-in also when the server has found something to tell about it', async () => {
    await queue.put({ item: walkIn, guestId: null, asked: false }, await boxOf())
    const [waiting] = await queue.claim(0)
    if (waiting === undefined) throw new Error('nothing waits')
    await queue.settle([waiting], [answerTo(walkIn, 'conflict')])
    const [notice] = await queue.notices()
    if (notice === undefined) throw new Error('nothing is told')
    expect(JSON.stringify(notice)).not.toMatch(/secret/i)
    expect(await queue.walkInOf(notice, await boxOf())).toBe('Walter Secret')
    expect(await queue.walkInOf(notice, await boxOf(8))).toBe('Walk-in')
    expect(await queue.walkInOf({ ...notice, sealed: null }, await boxOf())).toBeNull()
  })

  it('seals what was scanned, and knows who came in also when the ticket is gone', async () => {
    expect(await sentOf(pass, guestIdOf(1))).toEqual([pass, { ...told, guestId: guestIdOf(1) }])
    expect([queue.waitsFor(guestIdOf(1)), queue.inside(guestIdOf(1), 0)]).toEqual([true, 2])
  })

  it('seals what leads to nobody', async () => {
    const refused = { ...pass, outcome: 'refused', refusal: 'pass_unreadable' } as const
    const { pass: _pass, ...rest } = refused
    expect(await sentOf(refused, null)).toEqual([refused, rest])
  })

  it('reads the names that an earlier version sealed', async () => {
    const box = await boxOf()
    const item = { ...told, walkIn: { name: 'Walk-in' } }
    const sealedName = await box.seal(item.nonce, 'Walter Secret')
    await database.add('queue', { eventId: EVENT_ID, nonce: item.nonce, guestId: null, item, sealedName })
    queue = await ScanQueue.open(opened, EVENT_ID)
    const { send, items } = batchServer()
    await upload(queue, box, send, () => undefined)
    expect(items()).toEqual([walkIn])
  })
})
