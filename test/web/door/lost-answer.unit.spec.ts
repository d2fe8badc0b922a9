import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { troubleOf } from '../../../web/src/door/api.ts'
import type { Scanner } from '../../../web/src/door/offline/scanner.ts'
import type { Scan } from '../../../web/src/door/scan.ts'
import { guestIdOf, makeGuest } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'
import { emptyStorage, found, openScanner, scanOf } from './fresh-device.ts'

const ADA = guestIdOf(1)

let server: FakeDesk
let scanner: Scanner

beforeEach(async () => {
  emptyStorage()
  server = new FakeDesk([await makeGuest(1), await makeGuest(2)])
  vi.stubGlobal('fetch', server.fetch)
  scanner = await openScanner()
  await scanner.sync()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const ofAda = () => scanOf({ guestId: ADA })
/** Lets people in while the server hears it, and is not heard. */
async function admitUnheard(count: number): Promise<Scan> {
  const scan = ofAda()
  const preview = await found(scanner.door, scan)
  server.network = 'deaf'
  expect((await scanner.door.admit(scan, preview, count)).alone).toBe(true)
  return scan
}
const nothingWaits = () =>
  vi.waitFor(() => {
    expect([scanner.status.waiting, scanner.status.syncing]).toEqual([0, false])
  })

describe('an arrival whose answer was lost', () => {
  it('is not said to be taken back while the server may have it', async () => {
    const scan = await admitUnheard(2)
    const undo = scanner.door.undo({ nonce: scan.nonce, checkInId: null })
    await expect(undo.catch((thrown: unknown) => troubleOf(thrown))).resolves.toEqual({ kind: 'offline' })
    expect(server.arrived(ADA)).toBe(2)
    expect(scanner.status.waiting).toBe(1)
  })

  it('is taken back on the server, as soon as it answers', async () => {
    const scan = await admitUnheard(2)
    server.network = 'up'
    await scanner.door.undo({ nonce: scan.nonce, checkInId: null })
    expect(server.arrived(ADA)).toBe(0)
    expect(scanner.status.waiting).toBe(0)
    expect((await found(scanner.door, ofAda())).party.arrived).toBe(0)
  })

  it('is not said to be taken back when it was sent in a batch, also after a restart', async () => {
    scanner.lostNetwork()
    const scan = ofAda()
    await scanner.door.admit(scan, await found(scanner.door, scan), 2)
    // The batch gets there, and from then on nothing comes back.
    vi.stubGlobal('fetch', (url: string, init: { body?: string }) => {
      if (url.endsWith('/batch')) server.network = 'deaf'
      return server.fetch(url, init)
    })
    await scanner.sync()
    expect(server.arrived(ADA)).toBe(2)
    for (const again of [scanner, await openScanner()]) {
      await expect(again.door.undo({ nonce: scan.nonce, checkInId: null })).rejects.toThrow()
      expect(again.status.waiting).toBe(1)
    }
  })

  it('is not counted twice: the second of the party comes in', async () => {
    await admitUnheard(1)
    server.network = 'up'
    const second = ofAda()
    const preview = await found(scanner.door, second)
    expect(preview).toMatchObject({ party: { arrived: 1, expected: 2 }, refusal: null })
    await scanner.door.admit(second, preview, 1)
    await nothingWaits()
    expect(server.arrived(ADA)).toBe(2)
    expect((await found(scanner.door, ofAda())).refusal).toBe('party_complete')
  })

  it('is counted all the same when the server never heard of it', async () => {
    const scan = ofAda()
    const preview = await found(scanner.door, scan)
    // Nothing that records gets through yet, and the question does.
    vi.stubGlobal('fetch', (url: string, init: { body?: string }) =>
      url.endsWith('/preview')
        ? server.fetch(url, init)
        : Promise.resolve(new Response('<p>Bad gateway', { status: 502 })),
    )
    await scanner.door.admit(scan, preview, 2)
    await vi.waitFor(() => {
      expect(scanner.status.syncing).toBe(false)
    })
    expect(await found(scanner.door, ofAda())).toMatchObject({
      party: { arrived: 2 },
      refusal: 'party_complete',
    })
  })

  it('is sent again at once, while there is a connection', async () => {
    const scan = await admitUnheard(1)
    await vi.waitFor(() => {
      expect(server.batches.flat().map(({ nonce }) => nonce)).toEqual([scan.nonce])
    })
  })
})

describe('an arrival that never left the device', () => {
  it('is taken back without telling anybody', async () => {
    scanner.lostNetwork()
    const scan = ofAda()
    await scanner.door.admit(scan, await found(scanner.door, scan), 2)
    const { length } = server.asked
    await scanner.door.undo({ nonce: scan.nonce, checkInId: null })
    expect(server.asked).toHaveLength(length)
    expect(scanner.status.waiting).toBe(0)
    expect((await found(scanner.door, ofAda())).party.arrived).toBe(0)
  })
})
