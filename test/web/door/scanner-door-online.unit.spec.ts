import { beforeEach, describe, expect, it } from 'vitest'
import { noAnswer } from '@shared/api/problem.ts'
import { troubleOf } from '../../../web/src/door/api.ts'
import type { Connection } from '../../../web/src/door/offline/connection.ts'
import type { ManifestStore } from '../../../web/src/door/offline/manifest-store.ts'
import type { ScanQueue } from '../../../web/src/door/offline/queue.ts'
import type { ScannerDoor } from '../../../web/src/door/offline/scanner-door.ts'
import { DEVICE, guestIdOf, problem } from './event-at-the-door.ts'
import { found, scanOf } from './fresh-device.ts'
import {
  passScan,
  startScannerDoor,
  waitingIn,
  type FakeServer,
  type StartedDoor,
} from './scanner-door-parts.ts'

const silent = new DOMException('too late', 'TimeoutError')

let scanner: StartedDoor
let connection: Connection
let door: ScannerDoor
let queue: ScanQueue
let server: FakeServer
let store: ManifestStore

beforeEach(async () => {
  scanner = await startScannerDoor()
  ;({ connection, door, queue, server, store } = scanner)
})

describe('a scanner with a connection', () => {
  it('asks the server and queues nothing', async () => {
    const scan = passScan()
    const { alone } = await door.admit(scan, await found(door, scan), 1)
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
    await door.turnAway(scan, await found(door, scan), 'wrong_person')
    connection.lostNetwork()
    expect((await found(door, passScan())).turnedAway).toMatchObject({
      at: scan.scannedAt,
      reason: 'wrong_person',
    })
  })

  it('does not decide by itself what the server refuses', async () => {
    server.failure = problem(409, 'event_full')
    await expect(door.walkIn(scanOf({ guestId: 'w' }), 'Walter', 1)).rejects.toBe(server.failure)
    expect(connection.online).toBe(true)
    expect(queue.size).toBe(0)
  })

  it('queues an arrival whose answer was lost under the same nonce: it counts once', async () => {
    const scan = passScan()
    const preview = await found(door, scan)
    server.failure = noAnswer()
    const { answer, alone } = await door.admit(scan, preview, 2)
    expect({ alone, result: answer.result, checkInId: answer.checkInId }).toEqual({
      alone: true,
      result: 'admitted',
      checkInId: null,
    })
    expect(await waitingIn(scanner)).toEqual([
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
    await door.admit(first, await found(door, first), 1)
    server.failure = null
    connection.ended('answered')
    const second = passScan()
    const preview = await found(door, second)
    expect(preview.party).toMatchObject({ arrived: 1, expected: 2 })
    expect((await door.admit(second, preview, 1)).alone).toBe(true)
    expect((await waitingIn(scanner)).map(({ arrivedBefore }) => arrivedBefore)).toEqual([0, 1])
    // The server does not know that all of them are inside; the device does.
    expect((await found(door, passScan())).refusal).toBe('party_complete')
  })

  it('asks the server in vain rather than nobody when it has no list', async () => {
    await store.drop()
    server.failure = silent
    await expect(door.find(passScan())).rejects.toBe(silent)
    await expect(door.find(passScan())).rejects.toBe(silent)
    expect(server.asked).toHaveLength(2)
  })
})
