import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ManifestGuest } from '@contracts/door-offline.ts'
import type { Scanner } from '../../../web/src/door/offline/scanner.ts'
import { guestIdOf, makeGuest, NOON } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'
import { emptyStorage, openScanner } from './fresh-device.ts'

async function scannerWith(...guests: ManifestGuest[]): Promise<Scanner> {
  return scannerAt(new FakeDesk(guests))
}

async function scannerThatHeard(seatsLeft: number | null): Promise<Scanner> {
  const desk = new FakeDesk([await makeGuest(1)])
  desk.more = { seatsLeft }
  return scannerAt(desk)
}

async function scannerAt(desk: FakeDesk): Promise<Scanner> {
  vi.stubGlobal('fetch', desk.fetch)
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
    expect(scanner.doubtsAbout(name, 1).same).toEqual({ id: guestIdOf(2), name: 'Kate Müller' })
  })

  it.each(['', ' ', 'Kate', 'Kate Müller-Jonson', 'Tom Müller'])('%j is another name', async (name) => {
    const scanner = await scannerWith(await makeGuest(2, { name: 'Kate Müller', names: ['Tom Jonson'] }))
    expect(scanner.doubtsAbout(name, 1).same).toBeNull()
  })

  it('warns of a full house only without the server, which knows', async () => {
    const scanner = await scannerThatHeard(0)
    expect(scanner.doubtsAbout('Walter', 1).seatsLeft).toBeNull()
    scanner.lostNetwork()
    expect(scanner.doubtsAbout('Walter', 1).seatsLeft).toBe(0)
  })

  it.each([
    [2, 2, null],
    [2, 3, 2],
    [null, 20, null],
  ])('with %s seats left for %i people, warns of %s', async (left, people, warned) => {
    const scanner = await scannerThatHeard(left)
    scanner.lostNetwork()
    expect(scanner.doubtsAbout('Walter', people)).toEqual({ same: null, seatsLeft: warned })
  })

  it('counts the seats of those who were added since, until the server has them', async () => {
    const scanner = await scannerThatHeard(3)
    scanner.lostNetwork()
    const scan = (nonce: string) => ({
      nonce,
      subject: { guestId: nonce },
      scannedAt: new Date(NOON).toISOString(),
    })
    await scanner.door.walkIn(scan('nonce-0001'), 'Walter', 2)
    expect(scanner.doubtsAbout('Wanda', 1).seatsLeft).toBeNull()
    expect(scanner.doubtsAbout('Wanda', 2).seatsLeft).toBe(1)
    await scanner.door.walkIn(scan('nonce-0002'), 'Wanda', 2)
    expect(scanner.doubtsAbout('Wilma', 1).seatsLeft).toBe(0)
  })

  it('goes by the waitlist where an earlier version of the server said nothing of seats', async () => {
    const waiting = await scannerWith(
      await makeGuest(1),
      await makeGuest(2, { answered: 'waitlisted', ...seatless }),
    )
    waiting.lostNetwork()
    expect(waiting.doubtsAbout('Walter', 1).seatsLeft).toBe(0)
  })

  it('says nothing of a full house when nobody waits for a seat', async () => {
    const scanner = await scannerWith(await makeGuest(1, { answered: 'confirmed' }))
    scanner.lostNetwork()
    expect(scanner.doubtsAbout('Walter', 1)).toEqual({ same: null, seatsLeft: null })
  })
})
