import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Scanner } from '../../../web/src/door/offline/scanner.ts'
import { BACK_OFF_MS } from '../../../web/src/door/offline/sync.ts'
import { DEVICE, EVENT_ID, guestIdOf, makeGuest, makeTicket, NOON } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'

let server: FakeDesk
let scanner: Scanner
let now: number

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory()
  server = new FakeDesk([await makeGuest(1)])
  now = NOON
  vi.stubGlobal('fetch', server.fetch)
  const { token, ticketId } = makeTicket()
  scanner = await Scanner.open({
    ticket: token,
    face: { ticketId, eventId: EVENT_ID, gate: 'North gate', expiresAt: null },
    deviceId: DEVICE,
    online: true,
    now: () => now,
    changed: () => undefined,
    refused: () => undefined,
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

/** Lets a guest in, which waits on the device. */
async function admitAlone(): Promise<void> {
  const scan = {
    subject: { guestId: guestIdOf(1) },
    nonce: 'nonce-0001',
    scannedAt: new Date(NOON).toISOString(),
  }
  const finding = await scanner.door.find(scan)
  if (finding.kind !== 'guest') throw new Error(`led to ${finding.reason}`)
  await scanner.door.admit(scan, finding.preview, 1)
}

describe('a scanner that just started', () => {
  it('does not say that it is online before the server has answered', async () => {
    expect(scanner.status.link).toBe('connecting')
    await scanner.sync()
    expect(scanner.status.link).toBe('online')
  })

  it('is offline with the first call that finds nobody', async () => {
    server.network = 'down'
    await scanner.sync()
    expect(scanner.status.link).toBe('offline')
  })
})

describe('a scanner whose server is away', () => {
  beforeEach(async () => {
    await scanner.sync()
    scanner.lostNetwork()
    await admitAlone()
    server.asked.length = 0
  })

  it('sends what waits as soon as the server answers its knocking, and knocks no more', async () => {
    server.network = 'down'
    await scanner.knock()
    expect(scanner.status).toMatchObject({ link: 'offline', waiting: 1 })
    server.network = 'up'
    await scanner.knock()
    expect(scanner.status).toMatchObject({ link: 'online', waiting: 0 })
    const { length } = server.asked
    await scanner.knock()
    expect(server.asked).toHaveLength(length)
  })

  it('gives a server a rest that answers and takes nothing', async () => {
    const broken = () => Promise.resolve(new Response('<p>Bad gateway', { status: 502 }))
    vi.stubGlobal('fetch', (url: string, init: { body?: string }) =>
      url.endsWith('/batch') ? broken() : server.fetch(url, init),
    )
    await scanner.knock()
    await scanner.knock()
    expect(server.asked).toEqual(['/manifest'])
    now += BACK_OFF_MS
    await scanner.knock()
    expect(server.asked).toEqual(['/manifest', '/manifest'])
  })
})
