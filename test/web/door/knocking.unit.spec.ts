import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Scanner } from '../../../web/src/door/offline/scanner.ts'
import { BACK_OFF_MS } from '../../../web/src/door/offline/sync.ts'
import { guestIdOf, makeGuest, NOON } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'
import { emptyStorage, found, openScanner, scanOf } from './fresh-device.ts'

let server: FakeDesk
let scanner: Scanner
let now: number

beforeEach(async () => {
  emptyStorage()
  server = new FakeDesk([await makeGuest(1)])
  now = NOON
  vi.stubGlobal('fetch', server.fetch)
  scanner = await openScanner({ now: () => now })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

/** Lets a guest in, which waits on the device. */
async function admitAlone(): Promise<void> {
  const scan = scanOf({ guestId: guestIdOf(1) })
  await scanner.door.admit(scan, await found(scanner.door, scan), 1)
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
