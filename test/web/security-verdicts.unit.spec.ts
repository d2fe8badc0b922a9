import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FeedbackItem } from '../../src/contracts/security.ts'
import { signalWord } from '../../web/src/features/live/signal-word.ts'
import { inPlace } from '../../web/src/features/security/feedback-rows.ts'
import { shownVerdict } from '../../web/src/features/security/verdict-override.ts'
import { useVerdicts } from '../../web/src/features/security/verdicts.store.ts'

const attemptId = '01JZ0000000000000000000009'
const said = { eventId: 'event', attemptId, note: null }
const unread = { verdict: null, position: '5' } as const

describe('the verdict that is shown', () => {
  it('is what was read while nothing was said', () => {
    expect(shownVerdict({ verdict: 'suspicious', position: '5' }, undefined)).toBe('suspicious')
  })

  it('is what was said just now, until a read knows of it', () => {
    const onItsWay = { verdict: 'legitimate', knownFrom: null } as const
    expect(shownVerdict(unread, onItsWay)).toBe('legitimate')
    const saved = { verdict: 'legitimate', knownFrom: '1000' } as const
    expect(shownVerdict({ verdict: null, position: '999' }, saved)).toBe('legitimate')
  })

  it('is that of somebody else when it came later', () => {
    const saved = { verdict: 'legitimate', knownFrom: '1000' } as const
    expect(shownVerdict({ verdict: 'suspicious', position: '1001' }, saved)).toBe('suspicious')
  })
})

describe('giving a verdict', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
  })

  /** A server that answers when it is told to. */
  function server() {
    const calls: { method: string; body: unknown; answer: (status: number, position?: string) => void }[] = []
    vi.stubGlobal('fetch', (_url: string, { method, body }: { method: string; body: string | null }) => {
      return new Promise<Response>((resolve) => {
        calls.push({
          method,
          body: body === null ? null : (JSON.parse(body) as unknown),
          answer: (status, position = '0') => {
            const problem = { type: 'about:blank', title: 'No', status, code: 'no', detail: 'It is gone.' }
            const headers = { 'gg-position': position }
            resolve(Response.json(status === 200 ? {} : problem, { status, headers }))
          },
        })
      })
    })
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    return calls
  }

  it('shows it at once, and until a read is as new as the answer', async () => {
    const calls = server()
    const verdicts = useVerdicts()
    const giving = verdicts.give({ ...said, verdict: 'suspicious' })
    expect(verdicts.shown(attemptId, unread)).toBe('suspicious')
    await vi.waitFor(() => {
      expect(calls).toHaveLength(1)
    })
    calls[0]?.answer(200, '70')
    await giving
    expect(verdicts.shown(attemptId, unread)).toBe('suspicious')
    expect(verdicts.shown(attemptId, { verdict: 'legitimate', position: '80' })).toBe('legitimate')
    expect(verdicts.changes).toBe(1)
  })

  it('takes it back when it was refused', async () => {
    const calls = server()
    const verdicts = useVerdicts()
    const giving = verdicts.give({ ...said, verdict: 'suspicious' })
    await vi.waitFor(() => {
      expect(calls).toHaveLength(1)
    })
    calls[0]?.answer(409)
    await expect(giving).rejects.toThrow('It is gone.')
    expect(verdicts.shown(attemptId, { verdict: 'legitimate', position: '5' })).toBe('legitimate')
    expect(verdicts.changes).toBe(0)
  })

  it('sends the second of two only after the first, and falls back to the first when it is refused', async () => {
    const calls = server()
    const verdicts = useVerdicts()
    const first = verdicts.give({ ...said, verdict: 'suspicious' })
    const second = verdicts.give({ ...said, verdict: 'legitimate', note: 'She called.' })
    expect(verdicts.shown(attemptId, unread)).toBe('legitimate')
    await vi.waitFor(() => {
      expect(calls).toHaveLength(1)
    })
    calls[0]?.answer(200, '90')
    await first
    expect(verdicts.shown(attemptId, unread)).toBe('legitimate')
    await vi.waitFor(() => {
      expect(calls).toHaveLength(2)
    })
    expect(calls[1]?.body).toEqual({ verdict: 'legitimate', note: 'She called.' })
    calls[1]?.answer(409)
    await expect(second).rejects.toThrow()
    expect(verdicts.shown(attemptId, unread)).toBe('suspicious')
  })

  it('can be taken back: nothing is shown at once, also while what is read still says something', async () => {
    const calls = server()
    const verdicts = useVerdicts()
    const judged = { verdict: 'suspicious', position: '100' } as const
    const taking = verdicts.give({ ...said, verdict: null })
    expect(verdicts.shown(attemptId, judged)).toBeNull()
    await vi.waitFor(() => {
      expect(calls).toMatchObject([{ method: 'DELETE', body: null }])
    })
    calls[0]?.answer(200, '120')
    await taking
    expect(verdicts.shown(attemptId, judged)).toBeNull()
    expect(verdicts.changes).toBe(1)
  })

  it('sends the second of two when the first was refused', async () => {
    const calls = server()
    const verdicts = useVerdicts()
    const first = verdicts.give({ ...said, verdict: 'suspicious' })
    const second = verdicts.give({ ...said, verdict: 'legitimate' })
    await vi.waitFor(() => {
      expect(calls).toHaveLength(1)
    })
    calls[0]?.answer(500)
    await expect(first).rejects.toThrow()
    expect(verdicts.shown(attemptId, unread)).toBe('legitimate')
    await vi.waitFor(() => {
      expect(calls).toHaveLength(2)
    })
    calls[1]?.answer(200, '95')
    await second
    expect(verdicts.shown(attemptId, unread)).toBe('legitimate')
  })
})

describe('the verdicts given so far', () => {
  const row = (id: string, verdict: FeedbackItem['verdict'] = 'legitimate'): FeedbackItem => ({
    attemptId: id,
    guest: { id: '01JZ0000000000000000000001', name: 'Amira' },
    verdict,
    note: null,
    openedAt: '2027-06-18T17:30:00.000Z',
    at: '2027-06-18T18:30:00.000Z',
    by: 'host:1',
    score: 70,
    band: 'high',
    history: [],
  })

  it('keep their places when one of them is changed, and take new ones on top', () => {
    const fresh = [row('new'), row('b', 'suspicious'), row('a'), row('c')]
    const shown = inPlace([row('a'), row('b'), row('gone'), row('c')], fresh)
    expect(shown.map(({ attemptId: id, verdict }) => [id, verdict])).toEqual([
      ['new', 'legitimate'],
      ['a', 'legitimate'],
      ['b', 'suspicious'],
      ['c', 'legitimate'],
    ])
  })
})

describe('the signals of later rules', () => {
  it('have words', () => {
    expect(signalWord('known_device')).toBe('Known device')
  })
})
