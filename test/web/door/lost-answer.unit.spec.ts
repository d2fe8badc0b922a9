import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CheckInPreview } from '@contracts/door.ts'
import { troubleOf } from '../../../web/src/door/api.ts'
import { Scanner } from '../../../web/src/door/offline/scanner.ts'
import type { Scan } from '../../../web/src/door/scan.ts'
import { DEVICE, EVENT_ID, guestIdOf, makeGuest, makeTicket, NOON } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'

const ADA = guestIdOf(1)

let server: FakeDesk
let scanner: Scanner
let scans = 0

async function start(): Promise<Scanner> {
  const { token, ticketId } = makeTicket()
  return Scanner.open({
    ticket: token,
    face: { ticketId, eventId: EVENT_ID, gate: 'North gate', expiresAt: null },
    deviceId: DEVICE,
    online: true,
    now: () => NOON,
    changed: () => undefined,
    refused: () => undefined,
  })
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  server = new FakeDesk([await makeGuest(1), await makeGuest(2)])
  vi.stubGlobal('fetch', server.fetch)
  scanner = await start()
  await scanner.sync()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

function scanOf(guestId = ADA): Scan {
  scans += 1
  const nonce = `nonce-${String(scans).padStart(4, '0')}`
  return { subject: { guestId }, nonce, scannedAt: new Date(NOON).toISOString() }
}
async function found(scan: Scan): Promise<CheckInPreview> {
  const finding = await scanner.door.find(scan)
  if (finding.kind !== 'guest') throw new Error(`led to ${finding.reason}`)
  return finding.preview
}
/** Lets people in while the server hears it, and is not heard. */
async function admitUnheard(count: number): Promise<Scan> {
  const scan = scanOf()
  const preview = await found(scan)
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
    expect((await found(scanOf())).party.arrived).toBe(0)
  })

  it('is not said to be taken back when it was sent in a batch, also after a restart', async () => {
    scanner.lostNetwork()
    const scan = scanOf()
    await scanner.door.admit(scan, await found(scan), 2)
    // The batch gets there, and from then on nothing comes back.
    vi.stubGlobal('fetch', (url: string, init: { body?: string }) => {
      if (url.endsWith('/batch')) server.network = 'deaf'
      return server.fetch(url, init)
    })
    await scanner.sync()
    expect(server.arrived(ADA)).toBe(2)
    for (const again of [scanner, await start()]) {
      await expect(again.door.undo({ nonce: scan.nonce, checkInId: null })).rejects.toThrow()
      expect(again.status.waiting).toBe(1)
    }
  })

  it('is not counted twice: the second of the party comes in', async () => {
    await admitUnheard(1)
    server.network = 'up'
    const second = scanOf()
    const preview = await found(second)
    expect(preview).toMatchObject({ party: { arrived: 1, expected: 2 }, refusal: null })
    await scanner.door.admit(second, preview, 1)
    await nothingWaits()
    expect(server.arrived(ADA)).toBe(2)
    expect((await found(scanOf())).refusal).toBe('party_complete')
  })

  it('is counted all the same when the server never heard of it', async () => {
    const scan = scanOf()
    const preview = await found(scan)
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
    expect(await found(scanOf())).toMatchObject({ party: { arrived: 2 }, refusal: 'party_complete' })
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
    const scan = scanOf()
    await scanner.door.admit(scan, await found(scan), 2)
    const { length } = server.asked
    await scanner.door.undo({ nonce: scan.nonce, checkInId: null })
    expect(server.asked).toHaveLength(length)
    expect(scanner.status.waiting).toBe(0)
    expect((await found(scanOf())).party.arrived).toBe(0)
  })
})
