import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BatchAnswer, BatchItem } from '@contracts/door-offline.ts'
import { ApiProblem, noAnswer } from '@shared/api/problem.ts'
import { openDoorDatabase, type DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { SealedBox } from '../../../web/src/door/offline/sealed-box.ts'
import { upload, type SendBatch } from '../../../web/src/door/offline/upload.ts'
import { DEVICE, EVENT_ID, guestIdOf, makeManifest, makeTicket, NOON } from './event-at-the-door.ts'

type Answer = BatchAnswer['items'][number]

let database: DoorDatabase
const opened = () => Promise.resolve(database)
let queue: ScanQueue

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  database = await openDoorDatabase()
  queue = await ScanQueue.open(opened, EVENT_ID)
})

afterEach(() => {
  vi.restoreAllMocks()
})

const nonceOf = (number: number) => `nonce-${String(number).padStart(4, '0')}`
const itemOf = (number: number): BatchItem => ({
  nonce: nonceOf(number),
  guestId: guestIdOf(number),
  scannedAt: new Date(NOON + number).toISOString(),
  deviceId: DEVICE,
  outcome: 'admitted',
  arrivalCount: 2,
})

async function fill(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await queue.put({ item: itemOf(number), guestId: guestIdOf(number), asked: false }, null)
  }
}

const answerTo = ({ nonce }: BatchItem, status: Answer['status'] = 'accepted'): Answer => ({
  index: 0,
  nonce,
  status,
  result: null,
  checkInId: null,
  reason: null,
  detail: null,
})

const problem = (status: number, code = 'no') =>
  new ApiProblem({ type: 'about:blank', title: 'No', status, detail: 'No.', code })

/** A server that writes down what it is sent. */
function server(answer: (item: BatchItem) => Answer = (item) => answerTo(item)) {
  const batches: string[][] = []
  const all: BatchItem[] = []
  const send: SendBatch = (items) => {
    all.push(...items)
    batches.push(items.map(({ nonce }) => nonce))
    return Promise.resolve(items.map(answer))
  }
  return { batches, send, sent: () => batches.flat(), items: () => all }
}

const drain = (send: SendBatch, box: SealedBox | null = null) => upload(queue, box, send, () => undefined)
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => nonceOf(from + at))

describe('the queue of a scanner', () => {
  it('outlives the page, in its order, apart from those of other events', async () => {
    await fill(3)
    const other = await ScanQueue.open(opened, 'another event')
    await other.put({ item: itemOf(9), guestId: null, asked: false }, null)
    const again = await ScanQueue.open(opened, EVENT_ID)
    expect(again.size).toBe(3)
    expect((await again.claim(0)).map(({ nonce }) => nonce)).toEqual(range(1, 3))
    expect([again.elsewhere, other.elsewhere]).toEqual([1, 3])
    expect([again.waitsFor(guestIdOf(2)), again.waitsFor(guestIdOf(9))]).toEqual([true, false])
  })

  it('is sent in its order, a hundred at a time, and forgets what was accepted', async () => {
    await fill(250)
    const { send, sent, batches } = server()
    await drain(send)
    expect(sent()).toEqual(range(1, 250))
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 50])
    expect(queue.size).toBe(0)
    expect(await database.count('queue')).toBe(0)
    expect(await queue.notices()).toEqual([])
  })

  it('lists what is refused for good, and goes on with the rest', async () => {
    await fill(500)
    const { send, sent } = server((item) => {
      const answer = answerTo(item, item.nonce === nonceOf(77) ? 'rejected' : 'accepted')
      return { ...answer, detail: answer.status === 'rejected' ? 'No guest has this pass.' : null }
    })
    await drain(send)
    expect(sent()).toHaveLength(500)
    expect(queue.size).toBe(0)
    expect(await queue.notices()).toEqual([
      expect.objectContaining({
        nonce: nonceOf(77),
        kind: 'rejected',
        count: 2,
        guestId: guestIdOf(77),
        detail: 'No guest has this pass.',
      }),
    ])
    await queue.dismiss(nonceOf(77))
    expect(await queue.notices()).toEqual([])
  })

  it('finds the one scan for which a whole batch is refused, in its order', async () => {
    await fill(100)
    const taken: string[] = []
    const send: SendBatch = (items) => {
      if (items.some(({ nonce }) => nonce === nonceOf(42))) return Promise.reject(problem(400))
      taken.push(...items.map(({ nonce }) => nonce))
      return Promise.resolve(items.map((item) => answerTo(item)))
    }
    await drain(send)
    expect(taken).toEqual([...range(1, 41), ...range(43, 100)])
    expect(queue.size).toBe(0)
    expect(await queue.notices()).toEqual([
      expect.objectContaining({ nonce: nonceOf(42), reason: 'malformed' }),
    ])
  })

  it('keeps what the server wants again, and lets it hold up nobody', async () => {
    await fill(150)
    const first = server((item) => answerTo(item, item.nonce === nonceOf(3) ? 'retry' : 'accepted'))
    await drain(first.send)
    expect(first.sent()).toEqual(range(1, 150))
    const second = server()
    await drain(second.send)
    expect(second.sent()).toEqual([nonceOf(3)])
  })

  it('shows conflicts once, and sends them no more', async () => {
    await fill(2)
    const { send } = server((item) => ({ ...answerTo(item, 'conflict'), reason: 'admitted_twice' }))
    await drain(send)
    expect(queue.size).toBe(0)
    expect((await queue.notices()).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['conflict', 'admitted_twice'],
      ['conflict', 'admitted_twice'],
    ])
  })

  it('shows a conflict also when its answer was lost, and it is a duplicate by now', async () => {
    await fill(1)
    const answer = { status: 'duplicate', result: 'conflict', reason: 'not_admissible' } as const
    const { send } = server((item) => ({ ...answerTo(item), ...answer }))
    await drain(send)
    expect((await queue.notices()).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['conflict', 'not_admissible'],
    ])
  })

  it.each([
    ['nobody answers', noAnswer()],
    ['the server has a fault', problem(503)],
    ['it was asked too often', problem(429)],
    ['the ticket is not taken', problem(401)],
    ['a proxy answers that the request is malformed', problem(400, 'unexpected_answer')],
    ['a proxy answers that the request is too large', problem(413, 'unexpected_answer')],
  ])('keeps everything when %s', async (_why, thrown) => {
    await fill(150)
    let calls = 0
    const send: SendBatch = (items) => {
      calls += 1
      return calls === 1 ? Promise.resolve(items.map((item) => answerTo(item))) : Promise.reject(thrown)
    }
    await expect(drain(send)).rejects.toBe(thrown)
    expect(queue.size).toBe(50)
    const { send: later, sent } = server()
    await drain(later)
    expect(sent()).toEqual(range(101, 150))
  })

  it('keeps what an answer says nothing of', async () => {
    await fill(3)
    await drain((items) => Promise.resolve(items.slice(0, 2).map((item) => answerTo(item))))
    expect(queue.size).toBe(1)
  })

  it('takes a scan back that never left the device, and no other, also after a restart', async () => {
    await fill(2)
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
    await fill(1)
    const other = await ScanQueue.open(opened, EVENT_ID)
    await other.claim(0)
    expect(await queue.takeBack(nonceOf(1))).toBeNull()
    expect(queue.size).toBe(1)
  })

  it('does not send what is being taken back', async () => {
    await fill(1)
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
    const { send, sent } = server()
    await drain(send)
    expect(sent()).toEqual(range(1, 1))
  })

  it('adds to what the server says what it cannot have, and nothing twice', async () => {
    await fill(1)
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
    await fill(1)
    expect(begin.mock.calls.at(-1)?.[2]).toEqual({ durability: 'strict' })
  })

  it('keeps a nonce once', async () => {
    const other = await ScanQueue.open(opened, EVENT_ID)
    await fill(1)
    const again = { item: itemOf(1), guestId: guestIdOf(1), asked: false }
    expect(await queue.put(again, null)).toBe(false)
    // As after a write of which the browser did not say that it was done.
    await other.put(again, null)
    expect([queue.size, other.size, await database.count('queue')]).toEqual([1, 1, 1])
  })

  describe('with the key of a ticket', () => {
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
      expect(Buffer.from(stored?.sealed?.data ?? new ArrayBuffer(0)).toString('latin1')).not.toMatch(
        /secret/i,
      )
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
      const { send, items } = server()
      await drain(send, box)
      expect(items()).toEqual([walkIn])
    })
  })
})
