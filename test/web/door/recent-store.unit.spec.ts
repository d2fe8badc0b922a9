import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RecentScan } from '../../../web/src/door/desk.ts'
import { keptOpen, type Database } from '../../../web/src/door/offline/database.ts'
import { ManifestStore } from '../../../web/src/door/offline/manifest-store.ts'
import { RecentStore } from '../../../web/src/door/offline/recent-store.ts'
import { EVENT_ID, makeGuest, makeManifest, makeTicket, NOON } from './event-at-the-door.ts'

const line = (nonce: string, more: Partial<RecentScan> = {}): RecentScan => ({
  nonce,
  checkInId: null,
  signal: 'queued',
  name: 'Ada Lovelace',
  count: 1,
  at: NOON,
  undo: 'possible',
  detail: '',
  ...more,
})

let database: Database

/** The page is loaded, with a ticket. */
async function load(ticket = makeTicket()): Promise<{ store: ManifestStore; recent: RecentStore }> {
  const store = new ManifestStore(database, ticket)
  await store.open(NOON)
  return { store, recent: await RecentStore.open(database, store, EVENT_ID) }
}
const apply = async (store: ManifestStore) =>
  store.apply(makeManifest([await makeGuest(1)]), (_guestId, told) => told, NOON)

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  database = keptOpen()
  const { store, recent } = await load()
  await apply(store)
  await recent.keep([line('nonce-0001')])
})

describe('the last scans of a device', () => {
  it('are there when the page is loaded again, the newest list of them', async () => {
    const { recent } = await load()
    expect(recent.list).toEqual([line('nonce-0001')])
    await Promise.all([recent.keep([]), recent.keep([line('nonce-0002'), line('nonce-0001')])])
    expect((await load()).recent.list.map(({ nonce }) => nonce)).toEqual(['nonce-0002', 'nonce-0001'])
  })

  it('can be taken back again when the page was left in the middle of it', async () => {
    const { recent } = await load()
    await recent.keep([line('nonce-0001', { undo: 'running' })])
    expect((await load()).recent.list[0]?.undo).toBe('possible')
  })

  it('show no name to who has no ticket, and open with no other one', async () => {
    const kept = await (await database()).getAll('records')
    for (const { data } of kept) expect(new TextDecoder().decode(data)).not.toContain('Lovelace')
    expect((await load(makeTicket(8))).recent.list).toEqual([])
  })

  it('are no guests of the list, outlive a list that comes anew, and end with it', async () => {
    const { store } = await load()
    expect(store.roster?.size).toBe(1)
    await apply(store)
    expect((await load()).recent.list).toHaveLength(1)
    await store.drop()
    expect(await (await database()).count('records')).toBe(0)
  })
})
