import { beforeEach, describe, expect, it } from 'vitest'
import { noAnswer } from '@shared/api/problem.ts'
import type { DoorDatabase } from '../../../web/src/door/offline/database.ts'
import type { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { upload, type SendBatch } from '../../../web/src/door/offline/upload.ts'
import { guestIdOf, problem } from './event-at-the-door.ts'
import { answerTo, batchServer, emptyQueue, fill, nonceOf, range } from './waiting-scans.ts'

let database: DoorDatabase
let queue: ScanQueue

beforeEach(async () => {
  ;({ database, queue } = await emptyQueue())
})

const drain = (send: SendBatch) => upload(queue, null, send, () => undefined)

describe('the queue of a scanner', () => {
  it('is sent in its order, a hundred at a time, and forgets what was accepted', async () => {
    await fill(queue, 250)
    const { send, sent, batches } = batchServer()
    await drain(send)
    expect(sent()).toEqual(range(1, 250))
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 50])
    expect(queue.size).toBe(0)
    expect(await database.count('queue')).toBe(0)
    expect(await queue.notices()).toEqual([])
  })

  it('lists what is refused for good, and goes on with the rest', async () => {
    await fill(queue, 500)
    const { send, sent } = batchServer((item) => {
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
    await fill(queue, 100)
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
    await fill(queue, 150)
    const first = batchServer((item) => answerTo(item, item.nonce === nonceOf(3) ? 'retry' : 'accepted'))
    await drain(first.send)
    expect(first.sent()).toEqual(range(1, 150))
    const second = batchServer()
    await drain(second.send)
    expect(second.sent()).toEqual([nonceOf(3)])
  })

  it('shows conflicts once, and sends them no more', async () => {
    await fill(queue, 2)
    const { send } = batchServer((item) => ({ ...answerTo(item, 'conflict'), reason: 'admitted_twice' }))
    await drain(send)
    expect(queue.size).toBe(0)
    expect((await queue.notices()).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['conflict', 'admitted_twice'],
      ['conflict', 'admitted_twice'],
    ])
  })

  it('shows a conflict also when its answer was lost, and it is a duplicate by now', async () => {
    await fill(queue, 1)
    const answer = { status: 'duplicate', result: 'conflict', reason: 'not_admissible' } as const
    const { send } = batchServer((item) => ({ ...answerTo(item), ...answer }))
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
    await fill(queue, 150)
    let calls = 0
    const send: SendBatch = (items) => {
      calls += 1
      return calls === 1 ? Promise.resolve(items.map((item) => answerTo(item))) : Promise.reject(thrown)
    }
    await expect(drain(send)).rejects.toBe(thrown)
    expect(queue.size).toBe(50)
    const { send: later, sent } = batchServer()
    await drain(later)
    expect(sent()).toEqual(range(101, 150))
  })

  it('keeps what an answer says nothing of', async () => {
    await fill(queue, 3)
    await drain((items) => Promise.resolve(items.slice(0, 2).map((item) => answerTo(item))))
    expect(queue.size).toBe(1)
  })
})
