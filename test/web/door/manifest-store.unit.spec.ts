import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDoorDatabase, type DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { dropExpired, ManifestStore, type TicketKey } from '../../../web/src/door/offline/manifest-store.ts'
import { guestIdOf, makeGuest, makeManifest, makeTicket, NOON } from './event-at-the-door.ts'

const DAY = 24 * 3_600_000
const nobodyWaits = (_guestId: string, told: number) => told

let database: DoorDatabase
const opened = () => Promise.resolve(database)

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  database = await openDoorDatabase()
})

async function kept(guests = [1, 2, 3]): Promise<ManifestStore> {
  const store = new ManifestStore(opened, makeTicket())
  const all = await Promise.all(guests.map((number) => makeGuest(number, { names: ['Companion Secret'] })))
  await store.apply(makeManifest(all), nobodyWaits, NOON)
  return store
}

/** As after a restart. */
async function reopened(ticket: TicketKey = makeTicket(), now = NOON): Promise<ManifestStore> {
  const store = new ManifestStore(opened, ticket)
  await store.open(now)
  return store
}

/** All that lies in the database, as texts. */
async function everything(): Promise<string> {
  const stores = ['manifests', 'records', 'queue', 'notices'] as const
  const texts: string[] = []
  for (const name of stores) {
    texts.push(JSON.stringify(await database.getAllKeys(name)))
    for (const value of await database.getAll(name)) {
      texts.push(JSON.stringify(value))
      const { data } = value as { data?: ArrayBuffer }
      if (data !== undefined)
        texts.push(Buffer.from(data).toString('latin1'), Buffer.from(data).toString('utf16le'))
    }
  }
  return texts.join('\n')
}

describe('the manifest on a device', () => {
  it('opens again with its ticket after a restart', async () => {
    await kept()
    const { roster, header } = await reopened()
    expect(roster?.size).toBe(3)
    expect(roster?.guest(guestIdOf(2))).toEqual(await makeGuest(2, { names: ['Companion Secret'] }))
    expect(roster?.head).toMatchObject({ cursor: '100', gate: 'North gate', complete: true })
    expect(header).toMatchObject({ guests: 3, savedAt: new Date(NOON).toISOString() })
  })

  it('shows no name and no secret to who reads the database', async () => {
    await kept()
    const found = await everything()
    expect(found).toContain(guestIdOf(2))
    for (const secret of [
      'Guest',
      'Companion',
      'Garden',
      'North gate',
      makeTicket().token.split('.')[2] ?? '',
    ]) {
      expect(found, secret).not.toContain(secret)
    }
  })

  it('does not open with the id of the ticket and another secret, and is deleted then', async () => {
    await kept()
    expect((await reopened(makeTicket(8))).roster).toBeNull()
    expect(await database.count('records')).toBe(0)
  })

  it('outlives another ticket that the server does not take, whatever is written on it', async () => {
    await kept()
    const forged = await reopened(makeTicket(8, 'ticket-2'))
    expect(forged.roster).toBeNull()
    await forged.drop()
    expect((await reopened()).roster?.size).toBe(3)
  })

  it('is deleted when another ticket of the event has brought its own', async () => {
    await kept()
    const other = await reopened(makeTicket(8, 'ticket-2'))
    const { encryption } = makeManifest([])
    const answer = makeManifest([await makeGuest(2)], { encryption: { ...encryption, keyId: 'ticket-2' } })
    await other.apply(answer, nobodyWaits, NOON)
    expect(await database.count('records')).toBe(2)
    expect((await reopened(makeTicket(8, 'ticket-2'))).roster?.size).toBe(1)
  })

  it('is deleted when its time is over, also without a ticket', async () => {
    await kept()
    await dropExpired(database, NOON + DAY - 1)
    expect(await database.count('records')).toBe(4)
    expect((await reopened(makeTicket(), NOON + DAY)).roster).toBeNull()
    await kept()
    await dropExpired(database, NOON + DAY)
    expect(await database.count('records')).toBe(0)
  })

  it('does not open records that were put in the place of others', async () => {
    await kept()
    const one = await database.get('records', [makeTicket().eventId, guestIdOf(1)])
    if (one === undefined) throw new Error('the record is missing')
    await database.put('records', one, [makeTicket().eventId, guestIdOf(2)])
    expect((await reopened()).roster).toBeNull()
  })

  it('takes changes in and keeps the rest', async () => {
    const store = await kept()
    const changed = await makeGuest(2, { arrived: 1, passVersion: 2 })
    await store.apply(makeManifest([changed], { cursor: '200', total: 3 }), nobodyWaits, NOON)
    const { roster } = await reopened()
    expect(roster?.size).toBe(3)
    expect(roster?.guest(guestIdOf(2))).toMatchObject({ arrived: 1, passVersion: 2 })
    expect(roster?.head.cursor).toBe('200')
  })

  it('starts over when the server says so', async () => {
    const store = await kept()
    await store.apply(makeManifest([await makeGuest(9)], { reset: true }), nobodyWaits, NOON)
    for (const { roster } of [store, await reopened()]) {
      expect(roster?.size).toBe(1)
      expect(roster?.guest(guestIdOf(1))).toBeNull()
    }
    expect(await database.count('records')).toBe(2)
  })

  it('knows that it is not complete while more is to come', async () => {
    const store = new ManifestStore(opened, makeTicket())
    await store.apply(makeManifest([await makeGuest(1)], { more: true, total: 2 }), nobodyWaits, NOON)
    expect((await reopened()).roster?.head).toMatchObject({ complete: false, total: 2 })
  })

  it('counts who was let in here on top of what the server says, until it knows', async () => {
    const store = await kept()
    const waiting = (id: string, told: number) => told + (id === guestIdOf(1) ? 2 : 0)
    await store.apply(makeManifest([await makeGuest(1), await makeGuest(2)]), waiting, NOON)
    expect(store.roster?.guest(guestIdOf(1))?.arrived).toBe(2)
    expect(store.roster?.guest(guestIdOf(2))?.arrived).toBe(0)
  })

  it('finds guests by any part of their names, without accents and case', async () => {
    const store = new ManifestStore(opened, makeTicket())
    const guests = await Promise.all([
      makeGuest(1, { name: 'Zoë Müller' }),
      makeGuest(2, { name: 'Anna Muller', names: ['Çelik Ünal'] }),
      makeGuest(3, { name: 'Removed Muller', admission: 'removed' }),
      makeGuest(4, { name: null }),
    ])
    await store.apply(makeManifest(guests), nobodyWaits, NOON)
    const found = (text: string) => store.roster?.search(text).map(({ name }) => name)
    expect(found('muller')).toEqual(['Anna Muller', 'Zoë Müller'])
    expect(found('MÜL zoe')).toEqual(['Zoë Müller'])
    expect(found('celik')).toEqual(['Anna Muller'])
    expect(found('nobody')).toEqual([])
  })
})
