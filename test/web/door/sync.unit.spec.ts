import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Manifest } from '@contracts/door-offline.ts'
import { noAnswer } from '@shared/api/problem.ts'
import { keptOpen, type DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { ManifestStore } from '../../../web/src/door/offline/manifest-store.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { Sync } from '../../../web/src/door/offline/sync.ts'
import {
  DEVICE,
  EVENT_ID,
  guestIdOf,
  makeGuest,
  makeManifest,
  makeTicket,
  NOON,
} from './event-at-the-door.ts'

let database: DoorDatabase
let store: ManifestStore
let queue: ScanQueue
/** What was asked of the server, in order. */
let asked: string[]
let answers: (Manifest | Error)[]
let reached: Error | null
let sync: Sync

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  const opened = keptOpen()
  database = await opened()
  store = new ManifestStore(opened, makeTicket())
  queue = await ScanQueue.open(opened, EVENT_ID)
  asked = []
  answers = []
  reached = null
  sync = new Sync({
    store,
    queue,
    now: () => NOON,
    settled: () => undefined,
    reach: () => (reached === null ? Promise.resolve() : Promise.reject(reached)),
    learned: () => undefined,
    send: (items) => {
      asked.push(`send ${String(items.length)}`)
      return Promise.resolve(
        items.map(({ nonce }, index) => ({
          index,
          nonce,
          status: 'accepted' as const,
          result: null,
          checkInId: null,
          reason: null,
          detail: null,
        })),
      )
    },
    fetchManifest: (since) => {
      asked.push(`since ${since ?? 'the beginning'}`)
      const answer = answers.shift() ?? noAnswer()
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  })
})

const guests = (...numbers: number[]) => Promise.all(numbers.map((number) => makeGuest(number)))

describe('a scanner and its server', () => {
  it('begin with what happened at the gate, so that what comes back contains it', async () => {
    const item = {
      guestId: guestIdOf(1),
      nonce: 'nonce-0001',
      scannedAt: new Date(NOON).toISOString(),
      deviceId: DEVICE,
      outcome: 'admitted' as const,
      arrivalCount: 1,
    }
    await queue.put({ item, guestId: guestIdOf(1), asked: false }, null)
    // Nobody is there: the scan has not left the device, and can be taken back.
    reached = noAnswer()
    await expect(sync.run()).rejects.toThrow()
    expect([asked, queue.unsent]).toEqual([[], true])
    reached = null
    answers = [makeManifest(await guests(1))]
    await sync.run()
    expect(asked).toEqual(['send 1', 'since the beginning'])
  })

  it('go on until nothing more is waiting, and from there the next time', async () => {
    answers = [
      makeManifest(await guests(1), { more: true, cursor: '10', total: 2 }),
      makeManifest(await guests(2), { cursor: '20', total: 2 }),
      makeManifest([], { cursor: '30', total: 2 }),
    ]
    await sync.run()
    await sync.run()
    expect(asked).toEqual(['since the beginning', 'since 10', 'since 20'])
    expect(store.roster?.size).toBe(2)
  })

  it('do it once when several ask at the same time', async () => {
    answers = [makeManifest(await guests(1))]
    await Promise.all([sync.run(), sync.run()])
    expect(asked).toHaveLength(1)
    expect(sync.running).toBe(false)
  })

  it('begin anew when guests are missing, once', async () => {
    const short = makeManifest(await guests(1), { total: 2, cursor: '10' })
    answers = [short, { ...short, reset: true }, short]
    await sync.run()
    await sync.run()
    expect(asked).toEqual(['since the beginning', 'since the beginning', 'since 10'])
  })

  it('keep the list they had until a new one is there as a whole', async () => {
    answers = [
      makeManifest(await guests(1, 2), { total: 3, cursor: '10' }),
      makeManifest(await guests(1), { reset: true, more: true, total: 3, cursor: '11' }),
      noAnswer(),
    ]
    await expect(sync.run()).rejects.toThrow()
    expect(store.roster?.size).toBe(2)
    answers = [
      makeManifest([], { total: 3, cursor: '12' }),
      makeManifest(await guests(1), { reset: true, more: true, total: 3, cursor: '11' }),
      makeManifest(await guests(2, 3), { total: 3, cursor: '20' }),
    ]
    await sync.run()
    expect(asked.slice(3)).toEqual(['since 10', 'since the beginning', 'since 11'])
    expect(store.roster?.size).toBe(3)
    expect(store.roster?.head).toMatchObject({ cursor: '20', complete: true })
    expect(await database.count('records')).toBe(4)
  })

  it('start again where they were after an answer was lost in the middle', async () => {
    answers = [
      makeManifest(await guests(1), { more: true, cursor: '10', total: 2 }),
      noAnswer(),
      makeManifest(await guests(2), { cursor: '20', total: 2 }),
    ]
    await expect(sync.run()).rejects.toThrow()
    expect(store.roster?.head.complete).toBe(false)
    await sync.run()
    expect(asked).toEqual(['since the beginning', 'since 10', 'since 10'])
    expect(store.roster?.head.complete).toBe(true)
  })
})
