import { forceCloseDatabase } from 'fake-indexeddb'
import { unwrap } from 'idb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { noAnswer } from '@shared/api/problem.ts'
import { troubleOf } from '../../../web/src/door/api.ts'
import { keptOpen, type Database } from '../../../web/src/door/offline/database.ts'
import { callEnd } from '../../../web/src/door/offline/scanner-door.ts'
import type { Scanner } from '../../../web/src/door/offline/scanner.ts'
import { guestIdOf, makeGuest } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'
import { emptyStorage, found, openScanner, scanOf } from './fresh-device.ts'

const ADA = guestIdOf(1)
const full = new DOMException('no space is left', 'QuotaExceededError')

let server: FakeDesk
let scanner: Scanner
let open: Database
/** How often the storage still works; it is well again when this is endless. */
let working: number

const database: Database = () => {
  working -= 1
  return working >= 0 ? open() : Promise.reject(full)
}

beforeEach(async () => {
  emptyStorage()
  working = Infinity
  open = keptOpen()
  server = new FakeDesk([await makeGuest(1), await makeGuest(2)])
  vi.stubGlobal('fetch', server.fetch)
  scanner = await openScanner({ database })
  await scanner.sync()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const ofAda = () => scanOf({ guestId: ADA })
async function admit(count: number, scan = ofAda()) {
  return scanner.door.admit(scan, await found(scanner.door, scan), count)
}

describe('a scanner whose storage fails', () => {
  it('goes on with the server, which is there', async () => {
    working = 0
    for (let arrival = 0; arrival < 2; arrival += 1) expect((await admit(1)).alone).toBe(false)
    server.change(guestIdOf(2), 1)
    for (let update = 0; update < 4; update += 1) await scanner.sync()
    expect(scanner.status).toMatchObject({ link: 'online', waiting: 0, kept: false })
    expect(server.arrived(ADA)).toBe(2)
  })

  it('catches up when it is well again: nothing is missing after a restart', async () => {
    working = 0
    await admit(2)
    server.change(guestIdOf(2), 1)
    await scanner.sync()
    working = Infinity
    // Says nothing new of the two guests; what could not be kept is kept with it.
    await scanner.sync()
    expect(scanner.status.kept).toBe(true)
    scanner = await openScanner({ database })
    scanner.lostNetwork()
    const [ada, bob] = await Promise.all(
      [1, 2].map((number) => scanner.door.find(scanOf({ guestId: guestIdOf(number) }))),
    )
    expect(ada).toMatchObject({ preview: { party: { arrived: 2 }, refusal: 'party_complete' } })
    expect(bob).toMatchObject({ preview: { party: { arrived: 1 } } })
  })

  it('says without a network that it could not keep the scan, and takes it when it is well again', async () => {
    scanner.lostNetwork()
    const scan = ofAda()
    working = 0
    await expect(admit(2, scan).catch((thrown: unknown) => troubleOf(thrown))).resolves.toEqual({
      kind: 'storage',
    })
    expect(scanner.status.waiting).toBe(0)
    working = Infinity
    expect((await admit(2, scan)).answer.party.arrived).toBe(2)
    expect(scanner.status.waiting).toBe(1)
  })

  it('says that an answer was lost when the server was asked, and nothing could be kept', async () => {
    const scan = ofAda()
    const preview = await found(scanner.door, scan)
    server.network = 'deaf'
    working = 0
    const lost = scanner.door.admit(scan, preview, 2)
    await expect(lost.catch((thrown: unknown) => troubleOf(thrown))).resolves.toEqual({ kind: 'offline' })
  })

  it('refuses all the same whom it has to refuse', async () => {
    scanner.lostNetwork()
    working = 0
    const finding = await scanner.door.find(scanOf({ pass: 'https://party.example' }))
    expect(finding).toMatchObject({ kind: 'stranger', reason: 'pass_unreadable' })
  })

  it('keeps an arrival once when only the list could not be kept, however often it is tried', async () => {
    scanner.lostNetwork()
    const scan = ofAda()
    const preview = await found(scanner.door, scan)
    working = 1
    for (let time = 0; time < 3; time += 1) {
      const { answer } = await scanner.door.admit(scan, preview, 1)
      expect(answer.party.arrived).toBe(1)
    }
    expect(scanner.status.waiting).toBe(1)
  })

  it('keeps the list that it cannot read for a moment, and has it with the next look', async () => {
    // The time that is over is looked for, and what waits is read; the list is not.
    for (const failing of [1, 2, 3]) {
      working = Infinity
      let uses = 0
      const flaky: Database = () => {
        uses += 1
        return uses === failing + 1 ? Promise.reject(full) : open()
      }
      server.network = 'down'
      const again = await openScanner({ database: flaky }).catch(() => null)
      await again?.sync()
      if (again !== null) expect(again.status.guests, `failed at ${String(failing)}`).toBe(2)
      expect(await (await open()).count('records')).toBe(3)
    }
  })

  it('opens it anew when the browser has closed it', async () => {
    scanner.lostNetwork()
    await admit(1)
    forceCloseDatabase(unwrap(await open()) as unknown as Parameters<typeof forceCloseDatabase>[0])
    await new Promise((resolve) => setTimeout(resolve))
    await admit(1)
    expect(await (await open()).count('queue')).toBe(2)
  })
})

describe('what is thrown', () => {
  it.each([
    [new DOMException('too late', 'TimeoutError'), 'silent', 'offline'],
    [new DOMException('given up', 'AbortError'), 'silent', 'offline'],
    [noAnswer(), 'silent', 'offline'],
    [full, 'unrelated', 'storage'],
    [new DOMException('is closed', 'InvalidStateError'), 'unrelated', 'storage'],
    [new SyntaxError('no JSON'), 'failed', 'server'],
  ])('%s', (thrown, end, kind) => {
    expect([callEnd(thrown), troubleOf(thrown).kind]).toEqual([end, kind])
  })
})
