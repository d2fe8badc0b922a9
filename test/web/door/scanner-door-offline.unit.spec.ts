import { beforeEach, describe, expect, it } from 'vitest'
import { troubleOf } from '../../../web/src/door/api.ts'
import type { Connection } from '../../../web/src/door/offline/connection.ts'
import type { Database, DoorDatabase } from '../../../web/src/door/offline/database.ts'
import { NoManifest } from '../../../web/src/door/offline/device-door.ts'
import { ManifestStore } from '../../../web/src/door/offline/manifest-store.ts'
import { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import type { ScannerDoor } from '../../../web/src/door/offline/scanner-door.ts'
import {
  codeOf,
  EVENT_ID,
  guestIdOf,
  makeGuest,
  makeManifest,
  makePass,
  makeTicket,
  NOON,
} from './event-at-the-door.ts'
import { found, scanOf } from './fresh-device.ts'
import {
  deviceDoorOf,
  passScan,
  scannerDoorOf,
  startScannerDoor,
  waitingIn,
  type FakeServer,
  type StartedDoor,
} from './scanner-door-parts.ts'

let scanner: StartedDoor
let connection: Connection
let database: DoorDatabase
let door: ScannerDoor
let opened: Database
let queue: ScanQueue
let server: FakeServer
let store: ManifestStore

beforeEach(async () => {
  scanner = await startScannerDoor()
  ;({ connection, database, door, opened, queue, server, store } = scanner)
})

describe('a scanner without a connection', () => {
  beforeEach(() => {
    connection.lostNetwork()
  })

  it('lets a party in once, by what it knows itself', async () => {
    const scan = passScan()
    const { answer } = await door.admit(scan, await found(door, scan), 2)
    expect(answer.party).toMatchObject({ arrived: 2, expected: 2 })
    const again = await found(door, passScan())
    expect(again).toMatchObject({ refusal: 'party_complete', lastArrival: { gate: 'North gate', count: 2 } })
    expect((await waitingIn(scanner)).map(({ outcome }) => outcome)).toEqual(['admitted', 'refused'])
    expect(server.asked).toEqual([])
  })

  it('still knows after a restart who came in', async () => {
    const scan = passScan()
    await door.admit(scan, await found(door, scan), 1)
    const after = new ManifestStore(opened, makeTicket())
    await after.open(NOON)
    expect(after.roster?.guest(guestIdOf(1))?.arrived).toBe(1)
  })

  it('queues what it refuses, with the reason and without names', async () => {
    await door.find(scanOf({ pass: 'https://party.example' }))
    await door.find(scanOf({ pass: 'x'.repeat(4_000) }))
    await door.find(scanOf({ code: codeOf(3) }))
    const preview = await found(door, passScan())
    await door.turnAway(passScan(), preview, 'wrong_person')
    const items = await waitingIn(scanner)
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
    await door.turnAway(scan, await found(door, scan), 'wrong_person')
    const again = await found(door, passScan())
    expect(again.turnedAway).toMatchObject({ at: scan.scannedAt, reason: 'wrong_person' })
    await door.admit(passScan(), again, 1)
    expect((await found(door, passScan())).turnedAway).toBeNull()
  })

  it('says beside a code whom it was taken for: the guest may have got a new one until it is sent', async () => {
    const scan = scanOf({ code: codeOf(1) })
    const preview = await found(door, scan)
    await door.admit(scan, preview, 1)
    await door.turnAway(scanOf({ code: codeOf(1) }), preview, 'other')
    const [admitted, turnedAway] = await waitingIn(scanner)
    expect(admitted).toMatchObject({ code: codeOf(1), guestId: guestIdOf(1) })
    expect(turnedAway).not.toHaveProperty('guestId')
  })

  it('says under which ticket a scan was made: another gate’s may be the one that sends it', async () => {
    const scan = passScan()
    const preview = await found(door, scan)
    await door.admit(scan, preview, 1)
    await door.turnAway(passScan(), preview, 'other')
    await door.walkIn(scanOf({ guestId: 'w' }), 'Walter', 1)
    await door.find(scanOf({ pass: 'https://party.example' }))
    expect((await waitingIn(scanner)).map(({ ticketId }) => ticketId)).toEqual(Array(4).fill('ticket-1'))
  })

  it('queues that somebody who was picked by name was refused, and nothing of who was only listed or may enter', async () => {
    const noSeat = await makeGuest(2, { name: 'Grace Twice', admission: 'not_attending', expected: 0 })
    await store.apply(makeManifest([await makeGuest(1), noSeat]), (_guestId, told) => told, NOON)
    expect((await door.search('twice'))[0]).toMatchObject({ refusal: 'not_attending' })
    expect(await found(door, scanOf({ guestId: guestIdOf(1) }))).toMatchObject({ refusal: null })
    expect(queue.size).toBe(0)
    const scan = scanOf({ guestId: guestIdOf(2) })
    expect(await found(door, scan)).toMatchObject({ refusal: 'not_attending' })
    const { nonce } = scan
    const refused = { nonce, guestId: guestIdOf(2), outcome: 'refused', refusal: 'not_attending' }
    expect(await waitingIn(scanner)).toEqual([expect.objectContaining(refused)])
  })

  it('queues no refusal of somebody who left the list between search and pick: nobody could record it', async () => {
    expect(await door.find(scanOf({ guestId: guestIdOf(3) }))).toMatchObject({ reason: 'pass_unknown' })
    expect(queue.size).toBe(0)
  })

  it('takes an arrival back as long as it waits, and lets the party in again', async () => {
    const scan = passScan()
    await door.admit(scan, await found(door, scan), 2)
    await door.undo({ nonce: scan.nonce, checkInId: null })
    expect(queue.size).toBe(0)
    expect(server.asked).toEqual([])
    expect((await found(door, passScan())).party.arrived).toBe(0)
  })

  it('has the server take back what was sent, under the name the server gave it', async () => {
    const scan = passScan()
    await door.admit(scan, await found(door, scan), 2)
    await database.clear('queue')
    const later = scannerDoorOf({ ...scanner, queue: await ScanQueue.open(opened, EVENT_ID) })
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
    const [item] = await waitingIn(scanner)
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
    const [item] = await waitingIn(scanner)
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
    const alone = deviceDoorOf(scanner)
    expect(alone.ready).toBe(false)
    await expect(alone.find(passScan())).rejects.toThrow(NoManifest)
  })
})
