import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ManifestGuest } from '@contracts/door-offline.ts'
import type { Scanner } from '../../../web/src/door/offline/scanner.ts'
import { guestIdOf, makeGuest } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'
import { emptyStorage, openScanner } from './fresh-device.ts'

async function scannerWith(...guests: ManifestGuest[]): Promise<Scanner> {
  vi.stubGlobal('fetch', new FakeDesk(guests).fetch)
  const scanner = await openScanner()
  await scanner.sync()
  return scanner
}

beforeEach(emptyStorage)
afterEach(() => {
  vi.unstubAllGlobals()
})

const seatless = { admission: 'not_attending', expected: 0 } as const

describe('before somebody is added at the door', () => {
  it.each(['Kate Müller', ' kate  MULLER', 'Tom Jonson'])('%j is found on the list', async (name) => {
    const scanner = await scannerWith(
      await makeGuest(1),
      await makeGuest(2, { name: 'Kate Müller', names: ['Tom Jonson'], ...seatless }),
    )
    expect(scanner.doubtsAbout(name).same).toEqual({ id: guestIdOf(2), name: 'Kate Müller' })
  })

  it.each(['', ' ', 'Kate', 'Kate Müller-Jonson', 'Tom Müller'])('%j is another name', async (name) => {
    const scanner = await scannerWith(await makeGuest(2, { name: 'Kate Müller', names: ['Tom Jonson'] }))
    expect(scanner.doubtsAbout(name).same).toBeNull()
  })

  it('warns of a full house only without the server, which knows', async () => {
    const scanner = await scannerWith(
      await makeGuest(1),
      await makeGuest(2, { answered: 'waitlisted', ...seatless }),
    )
    expect(scanner.doubtsAbout('Walter').full).toBe(false)
    scanner.lostNetwork()
    expect(scanner.doubtsAbout('Walter').full).toBe(true)
  })

  it('says nothing of a full house when nobody waits for a seat', async () => {
    const scanner = await scannerWith(await makeGuest(1, { answered: 'confirmed' }))
    scanner.lostNetwork()
    expect(scanner.doubtsAbout('Walter')).toEqual({ same: null, full: false })
  })
})
