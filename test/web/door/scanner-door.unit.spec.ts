import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BatchItem } from '@contracts/door-offline.ts'
import type { CheckInAnswer, CheckInPreview } from '@contracts/door.ts'
import { ApiProblem, noAnswer } from '@shared/api/problem.ts'
import { troubleOf } from '../../../web/src/door/api.ts'
import type { Door } from '../../../web/src/door/door.ts'
import { Connection } from '../../../web/src/door/offline/connection.ts'
import { openDoorDatabase, type DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { DeviceDoor, NoManifest } from '../../../web/src/door/offline/device-door.ts'
import { ManifestStore } from '../../../web/src/door/offline/manifest-store.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import { ScannerDoor } from '../../../web/src/door/offline/scanner-door.ts'
import type { Scan, Subject } from '../../../web/src/door/scan.ts'
import {
  codeOf,
  DEVICE,
  EVENT_ID,
  guestIdOf,
  makeGuest,
  makeManifest,
  makePass,
  makeTicket,
  NOON,
} from './event-at-the-door.ts'

const silent = new DOMException('too late', 'TimeoutError')
const problem = (status: number, code = 'no') =>
  new ApiProblem({ type: 'about:blank', title: 'No', status, detail: 'No.', code })

/** A server that knows of one guest, or throws what it is told to; it writes down what it was asked. */
class FakeServer implements Door {
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

let database: DoorDatabase
const opened = () => Promise.resolve(database)
let store: ManifestStore
let queue: ScanQueue
let connection: Connection
let server: FakeServer
let door: ScannerDoor
let scans = 0

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  database = await openDoorDatabase()
  store = new ManifestStore(opened, makeTicket())
  queue = await ScanQueue.open(opened, EVENT_ID)
  connection = new Connection(true, () => undefined)
  server = new FakeServer()
  door = new ScannerDoor({
    server,
    device: new DeviceDoor({ store, queue, deviceId: DEVICE, ticketId: 'ticket-1', now: () => NOON }),
    store,
    queue,
    connection,
    send: () => Promise.resolve(),
    checkInIdOf: (nonce) => `arrival of ${nonce}`,
  })
  const guests = await Promise.all([makeGuest(1), makeGuest(2, { name: 'Other' })])
  await store.apply(makeManifest(guests), (_guestId, told) => told, NOON)
})

const scanOf = (subject: Subject): Scan => {
  scans += 1
  return {
    subject,
    nonce: `nonce-${String(scans).padStart(4, '0')}`,
    scannedAt: new Date(NOON).toISOString(),
  }
}
const passScan = () => scanOf({ pass: makePass({ guestId: guestIdOf(1) }) })
const waiting = async (): Promise<BatchItem[]> =>
  Promise.all((await queue.claim(0)).map((scan) => queue.itemOf(scan, store.box)))

async function found(scan: Scan): Promise<CheckInPreview> {
  const finding = await door.find(scan)
  if (finding.kind !== 'guest') throw new Error(`led to ${finding.reason}`)
  return finding.preview
}

describe('a scanner with a connection', () => {
  it('asks the server and queues nothing', async () => {
    const scan = passScan()
    const { alone } = await door.admit(scan, await found(scan), 1)
    expect(alone).toBe(false)
    expect(server.asked).toEqual(['find', 'admit'])
    expect(queue.size).toBe(0)
    // What the server says is known here too, for when it is gone.
    expect(store.roster?.guest(guestIdOf(1))?.arrived).toBe(1)
  })

  it('decides by itself from the first call that takes too long, and does not wait again', async () => {
    server.failure = silent
    expect(await door.find(passScan())).toMatchObject({ kind: 'guest', alone: true })
    expect(await door.find(passScan())).toMatchObject({ kind: 'guest', alone: true })
    expect(server.asked).toEqual(['find'])
    expect(connection.online).toBe(false)
  })

  it('decides each call by itself that fails, and stops asking after three', async () => {
    server.failure = problem(502)
    for (let call = 0; call < 5; call += 1) expect(await door.find(passScan())).toMatchObject({ alone: true })
    expect(server.asked).toHaveLength(3)
  })

  it.each([400, 401, 403, 404, 413])('takes the page of a proxy for no decision: %i', async (status) => {
    server.failure = problem(status, 'unexpected_answer')
    expect(troubleOf(server.failure)).toEqual({ kind: 'server' })
    for (let call = 0; call < 5; call += 1) expect(await door.find(passScan())).toMatchObject({ alone: true })
    expect(server.asked).toHaveLength(3)
  })

  it('remembers whom staff refused, for when the server is gone', async () => {
    const scan = passScan()
    await door.turnAway(scan, await found(scan), 'wrong_person')
    connection.lostNetwork()
    expect((await found(passScan())).turnedAway).toMatchObject({ at: scan.scannedAt, reason: 'wrong_person' })
  })

  it('does not decide by itself what the server refuses', async () => {
    server.failure = problem(409, 'event_full')
    await expect(door.walkIn(scanOf({ guestId: 'w' }), 'Walter', 1)).rejects.toBe(server.failure)
    expect(connection.online).toBe(true)
    expect(queue.size).toBe(0)
  })

  it('queues an arrival whose answer was lost under the same nonce: it counts once', async () => {
    const scan = passScan()
    const preview = await found(scan)
    server.failure = noAnswer()
    const { answer, alone } = await door.admit(scan, preview, 2)
    expect({ alone, result: answer.result, checkInId: answer.checkInId }).toEqual({
      alone: true,
      result: 'admitted',
      checkInId: null,
    })
    expect(await waiting()).toEqual([
      {
        ...scan.subject,
        nonce: scan.nonce,
        scannedAt: scan.scannedAt,
        deviceId: DEVICE,
        ticketId: 'ticket-1',
        outcome: 'admitted',
        arrivalCount: 2,
        arrivedBefore: 0,
      },
    ])
  })

  it('keeps the order of a guest: a later arrival waits behind one that waits', async () => {
    server.failure = silent
    const first = passScan()
    await door.admit(first, await found(first), 1)
    server.failure = null
    connection.ended('answered')
    const second = passScan()
    const preview = await found(second)
    expect(preview.party).toMatchObject({ arrived: 1, expected: 2 })
    expect((await door.admit(second, preview, 1)).alone).toBe(true)
    expect((await waiting()).map(({ arrivedBefore }) => arrivedBefore)).toEqual([0, 1])
    // The server does not know that all of them are inside; the device does.
    expect((await found(passScan())).refusal).toBe('party_complete')
  })

  it('asks the server in vain rather than nobody when it has no list', async () => {
    await store.drop()
    server.failure = silent
    await expect(door.find(passScan())).rejects.toBe(silent)
    await expect(door.find(passScan())).rejects.toBe(silent)
    expect(server.asked).toHaveLength(2)
  })
})

describe('a scanner without a connection', () => {
  beforeEach(() => {
    connection.lostNetwork()
  })

  it('lets a party in once, by what it knows itself', async () => {
    const scan = passScan()
    const { answer } = await door.admit(scan, await found(scan), 2)
    expect(answer.party).toMatchObject({ arrived: 2, expected: 2 })
    const again = await found(passScan())
    expect(again).toMatchObject({ refusal: 'party_complete', lastArrival: { gate: 'North gate', count: 2 } })
    expect((await waiting()).map(({ outcome }) => outcome)).toEqual(['admitted', 'refused'])
    expect(server.asked).toEqual([])
  })

  it('decides by the clock of the server, as far as it knows it, also after a restart', async () => {
    const now = NOON + 13 * 3_600_000
    await store.apply(makeManifest([await makeGuest(1)]), (_guestId, told) => told, now)
    const after = new ManifestStore(opened, makeTicket())
    await after.open(now)
    for (const one of [store, after]) {
      const parts = { store: one, queue, deviceId: DEVICE, ticketId: 'ticket-1' }
      const ahead = new DeviceDoor({ ...parts, now: () => now })
      expect(await ahead.find(passScan())).toMatchObject({ kind: 'guest', preview: { refusal: null } })
      const later = new DeviceDoor({ ...parts, now: () => now + 12 * 3_600_000 })
      expect(await later.find(passScan())).toMatchObject({ preview: { refusal: 'pass_expired' } })
    }
  })

  it('still knows after a restart who came in', async () => {
    const scan = passScan()
    await door.admit(scan, await found(scan), 1)
    const after = new ManifestStore(opened, makeTicket())
    await after.open(NOON)
    expect(after.roster?.guest(guestIdOf(1))?.arrived).toBe(1)
  })

  it('queues what it refuses, with the reason and without names', async () => {
    await door.find(scanOf({ pass: 'https://party.example' }))
    await door.find(scanOf({ pass: 'x'.repeat(4_000) }))
    await door.find(scanOf({ code: codeOf(3) }))
    const preview = await found(passScan())
    await door.turnAway(passScan(), preview, 'wrong_person')
    const items = await waiting()
    expect(items.map(({ outcome, refusal, reason }) => [outcome, refusal ?? reason])).toEqual([
      ['refused', 'pass_unreadable'],
      ['refused', 'pass_unreadable'],
      ['refused', 'pass_unknown'],
      ['turned_away', 'wrong_person'],
    ])
    expect(items.map(({ pass = '' }) => pass.length)).toEqual([21, 300, 0, 144])
    expect(JSON.stringify(items)).not.toContain('Number1')
  })

  it('tells of a refusal by staff when the guest comes again, until they are let in', async () => {
    const scan = passScan()
    await door.turnAway(scan, await found(scan), 'wrong_person')
    const again = await found(passScan())
    expect(again.turnedAway).toMatchObject({ at: scan.scannedAt, reason: 'wrong_person' })
    await door.admit(passScan(), again, 1)
    expect((await found(passScan())).turnedAway).toBeNull()
  })

  it('says beside a code whom it was taken for: the guest may have got a new one until it is sent', async () => {
    const scan = scanOf({ code: codeOf(1) })
    const preview = await found(scan)
    await door.admit(scan, preview, 1)
    await door.turnAway(scanOf({ code: codeOf(1) }), preview, 'other')
    const [admitted, turnedAway] = await waiting()
    expect(admitted).toMatchObject({ code: codeOf(1), guestId: guestIdOf(1) })
    expect(turnedAway).not.toHaveProperty('guestId')
  })

  it('says under which ticket a scan was made: another gate’s may be the one that sends it', async () => {
    const scan = passScan()
    const preview = await found(scan)
    await door.admit(scan, preview, 1)
    await door.turnAway(passScan(), preview, 'other')
    await door.walkIn(scanOf({ guestId: 'w' }), 'Walter', 1)
    await door.find(scanOf({ pass: 'https://party.example' }))
    expect((await waiting()).map(({ ticketId }) => ticketId)).toEqual(Array(4).fill('ticket-1'))
  })

  it('does not record that somebody was only looked up by name', async () => {
    const [first] = await door.search('number')
    expect(first?.guest.name).toBe('Guest Number1')
    await store.apply(makeManifest([await makeGuest(1, { arrived: 2 })]), (_guestId, told) => told, NOON)
    expect(await found(scanOf({ guestId: guestIdOf(1) }))).toMatchObject({ refusal: 'party_complete' })
    expect(queue.size).toBe(0)
  })

  it('takes an arrival back as long as it waits, and lets the party in again', async () => {
    const scan = passScan()
    await door.admit(scan, await found(scan), 2)
    await door.undo({ nonce: scan.nonce, checkInId: null })
    expect(queue.size).toBe(0)
    expect(server.asked).toEqual([])
    expect((await found(passScan())).party.arrived).toBe(0)
  })

  it('has the server take back what was sent, under the name the server gave it', async () => {
    const scan = passScan()
    await door.admit(scan, await found(scan), 2)
    await database.clear('queue')
    queue = await ScanQueue.open(opened, EVENT_ID)
    const later = new ScannerDoor({
      server,
      device: new DeviceDoor({ store, queue, deviceId: DEVICE, ticketId: 'ticket-1', now: () => NOON }),
      store,
      queue,
      connection,
      send: () => Promise.resolve(),
      checkInIdOf: (nonce) => `arrival of ${nonce}`,
    })
    await later.undo({ nonce: scan.nonce, checkInId: null })
    expect(server.asked).toEqual([`undo arrival of ${scan.nonce}`])
  })

  it('adds a walk-in, to be sent', async () => {
    const { answer, alone } = await door.walkIn(scanOf({ guestId: 'w' }), 'Walter', 3)
    expect({ alone, name: answer.guest.name, arrived: answer.party.arrived }).toEqual({
      alone: true,
      name: 'Walter',
      arrived: 3,
    })
    const [item] = await waiting()
    expect(item).toMatchObject({ outcome: 'admitted', arrivalCount: 3, walkIn: { name: 'Walter' } })
    expect(item).not.toHaveProperty('guestId')
  })

  it('lets people decide about a genuine pass while the list is not complete, and records what they did', async () => {
    const answer = makeManifest([await makeGuest(1)], { more: true, total: 3_000 })
    await store.apply(answer, (_guestId, told) => told, NOON)
    const pass = makePass({ guestId: guestIdOf(3) })
    const scan = scanOf({ pass })
    const finding = await door.find(scan)
    expect(finding).toMatchObject({ kind: 'guest', unlisted: true, preview: { refusal: null } })
    expect(queue.size).toBe(0)
    if (finding.kind !== 'guest') throw new Error('leads to nobody')
    await door.admit(scan, finding.preview, 2)
    const [item] = await waiting()
    expect(item).toMatchObject({ pass, outcome: 'admitted', arrivalCount: 2 })
    // Not what it does not know.
    expect(item).not.toHaveProperty('arrivedBefore')
    expect(await door.find(scanOf({ pass }))).toMatchObject({ preview: { party: { arrived: 2 } } })
  })

  it('calls no code unknown while the list is not complete', async () => {
    const answer = makeManifest([await makeGuest(1)], { more: true, total: 3_000 })
    await store.apply(answer, (_guestId, told) => told, NOON)
    const finding = door.find(scanOf({ code: codeOf(3) }))
    await expect(finding.catch((thrown: unknown) => troubleOf(thrown))).resolves.toEqual({ kind: 'partial' })
    expect(queue.size).toBe(0)
  })

  it('knows nobody without a list', async () => {
    await store.drop()
    const alone = new DeviceDoor({ store, queue, deviceId: DEVICE, ticketId: 'ticket-1', now: () => NOON })
    expect(alone.ready).toBe(false)
    await expect(alone.find(passScan())).rejects.toThrow(NoManifest)
  })
})
