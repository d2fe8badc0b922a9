import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { keptTicket } from '../../../web/src/door/kept-ticket.ts'
import { useTicket, type UseTicket } from '../../../web/src/door/useTicket.ts'
import { EVENT_ID, makeManifest, NOON } from './event-at-the-door.ts'

const HOUR = 3_600_000
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Anybody can write what is on a ticket; only the server knows whether it made it. */
function makeToken(
  ticketId: string,
  { eventId = EVENT_ID, gate = ticketId, exp = NOON + HOUR } = {},
): string {
  return `e30.${base64url({ gg: { ticketId, eventId, gate }, exp: exp / 1_000 })}.${base64url({ ticketId })}`
}
const qrOf = (token: string) => `https://anything.example/scan#${token}`
const north = makeToken('north')

describe('the ticket of a gate at work', () => {
  let scope: EffectScope
  let work: UseTicket
  let answer: () => Response | Promise<never>
  let asked: string[]

  async function open(hash = ''): Promise<void> {
    vi.stubGlobal('location', { hash, pathname: '/scan' })
    scope = effectScope()
    work = scope.run(() => useTicket()) as UseTicket
    await vi.waitFor(() => {
      expect(work.reading.value).toBe(false)
    })
  }
  const page = (status: number) => new Response('<h1>Sign in</h1>', { status })
  const problem = (status: number, code: string) =>
    Response.json({ type: 'about:blank', title: 'No', status, detail: 'No.', code }, { status })
  /** What became of the last thing that was scanned. */
  const offered = () =>
    vi.waitFor(() => {
      expect(work.offer.value?.state).not.toBe('asking')
      return work.offer.value?.state ?? null
    })

  beforeEach(async () => {
    globalThis.indexedDB = new IDBFactory()
    vi.useFakeTimers({ toFake: ['Date'], now: NOON })
    vi.stubGlobal('addEventListener', () => undefined)
    vi.stubGlobal('removeEventListener', () => undefined)
    vi.stubGlobal('history', { replaceState: () => undefined })
    asked = []
    vi.stubGlobal('fetch', (url: string, { headers }: { headers: Headers }) => {
      asked.push(`${headers.get('authorization')?.slice(7) ?? ''} ${url}`)
      return Promise.resolve(answer())
    })
    answer = () => Response.json(makeManifest([]))
    await keptTicket.keep(north)
    await open()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  async function expectNorth(): Promise<void> {
    expect(work.ticket.value?.token).toBe(north)
    expect(await keptTicket.read()).toBe(north)
  }

  it('stays when the server does not take the one that was scanned', async () => {
    answer = () => problem(401, 'ticket_invalid')
    expect(work.take(qrOf(makeToken('forged')))).toBe(true)
    await expectNorth()
    expect(await offered()).toBe('refused')
    await expectNorth()
  })

  it('stays without an answer of the server, and says that it takes one', async () => {
    for (const none of [
      () => Promise.reject(new TypeError('no network')),
      () => page(401),
      () => page(502),
    ]) {
      answer = none
      work.take(qrOf(makeToken('south')))
      expect(await offered()).toBe('unreachable')
      await expectNorth()
      work.stay()
    }
  })

  it('stays when the one that was scanned has run out, and is asked about once for the time', async () => {
    work.take(qrOf(makeToken('yesterday', { exp: NOON - HOUR })))
    expect(await offered()).toBe('expired')
    await expectNorth()
    expect(asked).toHaveLength(1)
  })

  it('is changed for one of the same event that the server takes', async () => {
    const south = makeToken('south')
    work.take(qrOf(south))
    await vi.waitFor(() => {
      expect(work.ticket.value?.token).toBe(south)
    })
    expect(work.offer.value).toBeNull()
    await vi.waitFor(async () => {
      expect(await keptTicket.read()).toBe(south)
    })
    expect(asked).toEqual([
      expect.stringMatching(new RegExp(`^${south} /api/check-in/manifest\\?.*limit=1$`)),
    ])
  })

  it('is changed for one of another event only when people say so', async () => {
    const other = makeToken('other', { eventId: '01JZEVENT00000000000000ABD' })
    work.take(qrOf(other))
    expect(await offered()).toBe('other_event')
    await expectNorth()
    work.stay()
    expect(work.offer.value).toBeNull()
    work.take(qrOf(other))
    expect(await offered()).toBe('other_event')
    work.change()
    expect(work.ticket.value?.token).toBe(other)
  })

  it('gives way to one of another event that the server took, when it is of no more use itself', async () => {
    const other = makeToken('other', { eventId: '01JZEVENT00000000000000ABD' })
    for (const [why, left] of [
      ['locked', null],
      ['revoked', other],
    ] as const) {
      await keptTicket.keep(north)
      scope.stop()
      await open()
      work.take(qrOf(other))
      expect(await offered()).toBe('other_event')
      await work.drop(why)
      expect(work.ticket.value?.token ?? null).toBe(left)
      await vi.waitFor(async () => {
        expect(await keptTicket.read()).toBe(left)
      })
    }
  })

  it('is asked about once, however long the code is held before the camera', async () => {
    answer = () => problem(401, 'ticket_invalid')
    const forged = makeToken('forged')
    for (let sight = 0; sight < 5; sight += 1) work.take(qrOf(forged))
    await offered()
    for (let sight = 0; sight < 5; sight += 1) work.take(qrOf(forged))
    expect(asked).toHaveLength(1)
  })

  it('is not given up for a link that is no good', async () => {
    scope.stop()
    answer = () => problem(401, 'ticket_invalid')
    await open(`#${makeToken('forged')}`)
    expect(await offered()).toBe('refused')
    await expectNorth()
  })

  it('is the first that is scanned, where there is none', async () => {
    await work.drop('locked')
    const south = makeToken('south')
    expect(work.take(qrOf(south))).toBe(true)
    expect(work.ticket.value?.token).toBe(south)
    expect(work.take('https://example.org')).toBe(false)
  })

  it('is none that has run out, where there is none', async () => {
    await work.drop('locked')
    expect(work.take(qrOf(makeToken('yesterday', { exp: NOON - HOUR })))).toBe(true)
    await vi.waitFor(() => {
      expect([work.ticket.value, work.why.value, work.endedAt.value]).toEqual([null, 'expired', NOON - HOUR])
    })
    expect(await keptTicket.read()).toBeNull()
  })
})
