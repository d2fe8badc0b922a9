import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts'
import { keptTicket } from '../../../web/src/door/kept-ticket.ts'
import type { Scanner } from '../../../web/src/door/offline/scanner.ts'
import type { UseTicket } from '../../../web/src/door/useTicket.ts'
import { EVENT_ID, guestIdOf, makeGuest, makePass, NOON } from './event-at-the-door.ts'
import { FakeDesk } from './fake-desk.ts'
import { emptyStorage, scanOf } from './fresh-device.ts'

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const gg = { ticketId: 'north', eventId: EVENT_ID, gate: 'North' }
/** Good for an hour from noon. */
const north = `e30.${base64url({ gg, exp: (NOON + HOUR) / 1_000 })}.AAAA`

describe('a device whose clock is wrong', () => {
  let server: FakeDesk
  /** How far the device is ahead, milliseconds. */
  let ahead: number
  const pages: EffectScope[] = []

  beforeEach(async () => {
    emptyStorage()
    const items = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => items.set(key, value),
    })
    vi.stubGlobal('location', { hash: '', pathname: '/scan' })
    vi.stubGlobal('addEventListener', () => undefined)
    vi.stubGlobal('removeEventListener', () => undefined)
    server = new FakeDesk([await makeGuest(1)])
    vi.stubGlobal('fetch', server.fetch)
    await keptTicket.keep(north)
  })
  afterEach(() => {
    for (const page of pages.splice(0)) page.stop()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  /** It is so late where the server is. */
  function itIs(time: number): void {
    server.more = { serverTime: new Date(time).toISOString() }
    vi.useFakeTimers({ toFake: ['Date'], now: time + ahead })
  }

  /** The page is loaded: what was only in memory is gone. */
  async function load(): Promise<UseTicket> {
    vi.resetModules()
    const { useTicket } = await import('../../../web/src/door/useTicket.ts')
    const page = effectScope()
    pages.push(page)
    const work = page.run(() => useTicket()) as UseTicket
    await vi.waitFor(() => {
      expect(work.reading.value).toBe(false)
    })
    return work
  }
  const whyNot = ({ ticket, why }: UseTicket) => (ticket.value === null ? why.value : null)

  /** The same of the scanner, which has heard nothing yet. */
  async function loadScanner(): Promise<Scanner> {
    vi.resetModules()
    const { serverClock } = await import('../../../web/src/door/server-clock.ts')
    const { openScanner } = await import('./fresh-device.ts')
    return openScanner({ now: () => Date.now(), serverNow: () => serverClock.now() })
  }

  it('keeps its ticket until the time of the server, also after a restart without a network, when it is ahead', async () => {
    ahead = 2 * HOUR
    itIs(NOON)
    expect(whyNot(await load())).toBeNull()
    server.network = 'down'
    expect(whyNot(await load())).toBeNull()
    itIs(NOON + HOUR - MINUTE)
    expect(whyNot(await load())).toBeNull()
    itIs(NOON + HOUR + MINUTE)
    expect(whyNot(await load())).toBe('expired')
    expect(await keptTicket.read()).toBeNull()
  })

  it('gives its ticket up at the time of the server, when it is behind', async () => {
    ahead = -2 * HOUR
    itIs(NOON)
    await (await loadScanner()).sync()
    server.network = 'down'
    itIs(NOON + HOUR - MINUTE)
    expect(whyNot(await load())).toBeNull()
    itIs(NOON + HOUR + MINUTE)
    expect(whyNot(await load())).toBe('expired')
  })

  it('goes by it while the server has never said the time', async () => {
    server.network = 'down'
    ahead = 2 * HOUR
    itIs(NOON)
    expect(whyNot(await load())).toBe('expired')
  })

  it('takes its first ticket once the server has said the time', async () => {
    await keptTicket.forget()
    ahead = 2 * HOUR
    itIs(NOON)
    const work = await load()
    expect(work.take(`https://anything.example/scan#${north}`)).toBe(true)
    await vi.waitFor(() => {
      expect(work.ticket.value?.token).toBe(north)
    })
  })

  it('keeps its list and judges passes by the time of the server, and says how wrong it is', async () => {
    ahead = DAY + 2 * HOUR
    itIs(NOON)
    const scanner = await loadScanner()
    await scanner.sync()
    expect(scanner.status).toMatchObject({ guests: 1, clockAhead: ahead })
    server.network = 'down'
    itIs(NOON + HOUR + MINUTE)
    const restarted = await loadScanner()
    restarted.lostNetwork()
    expect(restarted.status).toMatchObject({ guests: 1, clockAhead: ahead })
    const pass = () => scanOf({ pass: makePass({ guestId: guestIdOf(1) }) })
    expect(await restarted.door.find(pass())).toMatchObject({ preview: { refusal: null } })
    itIs(NOON + 13 * HOUR)
    expect(await restarted.door.find(pass())).toMatchObject({ preview: { refusal: 'pass_expired' } })
  })

  it('knows the time for as long as the page is open where nothing can be kept', async () => {
    const none = () => {
      throw new Error('storage is switched off')
    }
    vi.stubGlobal('localStorage', { getItem: none, setItem: none })
    vi.resetModules()
    const { serverClock } = await import('../../../web/src/door/server-clock.ts')
    ahead = HOUR
    itIs(NOON)
    expect(serverClock.now()).toBe(NOON + HOUR)
    serverClock.heard(new Date(NOON).toISOString())
    expect(serverClock.now()).toBe(NOON)
  })
})
