import { createPinia, setActivePinia } from 'pinia'
import { effectScope, nextTick, ref } from 'vue'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import { useLive } from '../../web/src/features/live/live.store.ts'
import { useWaiting } from '../../web/src/features/security/useWaiting.ts'
import { useVerdicts } from '../../web/src/features/security/verdicts.store.ts'

const opening = (id: string, change: Partial<ActivityItem> = {}): ActivityItem => ({
  id,
  position: '100',
  kind: 'opening',
  at: '2027-06-18T17:30:00.000Z',
  guest: { id: '01JZ0000000000000000000001', name: 'Amira' },
  sentence: 'Amira opened the invitation.',
  score: 70,
  band: 'high',
  label: 'Suspicious',
  decision: 'allowed',
  ruleSet: 'v1',
  subScores: {},
  reasons: [],
  place: null,
  device: null,
  allowlisted: false,
  verdict: null,
  verdictNote: null,
  note: null,
  plusOneNames: [],
  cameAt: null,
  before: null,
  ...change,
})

const openings = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => opening(`o${String(from + at)}`))

/** Keeps openings as the API does: those that wait, the newest first, page by page; verdicts at positions of the log. */
function server(waiting: ActivityItem[]) {
  const asked: string[] = []
  let all = waiting
  let position = 200
  let reachable = true
  const page = ({ searchParams }: URL) => {
    const [limit, from] = [Number(searchParams.get('limit')), Number(searchParams.get('cursor') ?? 0)]
    const left = all.length > from + limit
    return Response.json({
      items: all.slice(from, from + limit),
      nextCursor: left ? String(from + limit) : null,
      head: String(position),
      waiting: all.length,
    })
  }
  const answer = (url: URL, method: string): Response => {
    asked.push(`${method} ${url.pathname.split('/').at(-1) ?? ''}${url.search}`)
    if (method === 'GET') return page(url)
    const headers = { 'gg-position': String((position += 1)) }
    all = all.filter(({ id }) => !url.pathname.includes(`/${id}/`))
    return Response.json({}, { headers })
  }
  vi.stubGlobal('fetch', (url: string, { method }: { method: string }) =>
    reachable
      ? Promise.resolve(answer(new URL(url, 'https://guests.example'), method))
      : Promise.reject(new TypeError('no network')),
  )
  return {
    asked,
    /** What waits from now on; to be told by the live feed. */
    becomes: (now: ActivityItem[]) => {
      all = now
      position += 1
      return String(position)
    },
    cutOff: (off: boolean) => (reachable = !off),
  }
}

function setUp(waiting: ActivityItem[]) {
  const api = server(waiting)
  const held = ref(false)
  const event = ref('one')
  const scope = effectScope()
  onTestFinished(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })
  const inbox = scope.run(() => useWaiting(event, held))
  if (inbox === undefined) throw new Error('the scope has ended')
  const live = useLive()
  const ids = () => inbox.rows.value?.map(({ id }) => id)
  const settled = () => vi.advanceTimersByTimeAsync(1_000)
  return {
    ...api,
    inbox,
    held,
    event,
    live,
    ids,
    settled,
    hears: (item: ActivityItem) => (live.latest = item),
  }
}

beforeEach(() => {
  setActivePinia(createPinia())
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

describe('the openings that wait for a verdict', () => {
  it('are told with their number and shown ten at a time', async () => {
    const { inbox, ids, settled, asked } = setUp(openings(1, 17))
    expect([inbox.rows.value, inbox.total.value]).toEqual([null, null])
    await settled()
    expect([ids()?.length, inbox.total.value, inbox.more.value]).toEqual([10, 17, true])
    await inbox.showMore()
    expect([ids()?.at(-1), ids()?.length, inbox.more.value]).toEqual(['o17', 17, false])
    expect(asked).toEqual([
      'GET activity?limit=10&awaiting=verdict',
      'GET activity?limit=20&awaiting=verdict',
    ])
  })

  it('are read in pages where they are more than one page holds', async () => {
    const { inbox, ids, settled, asked } = setUp(openings(1, 450))
    await settled()
    for (let times = 0; times < 30; times++) await inbox.showMore()
    expect(ids()).toEqual(openings(1, 310).map(({ id }) => id))
    expect(asked.slice(-2)).toEqual([
      'GET activity?limit=200&awaiting=verdict',
      'GET activity?limit=110&awaiting=verdict&cursor=200',
    ])
  })

  it('are none where nothing waits', async () => {
    const { inbox, settled } = setUp([])
    await settled()
    expect([inbox.rows.value, inbox.total.value, inbox.more.value]).toEqual([[], 0, false])
  })

  it('that cannot be read say why, and are there after another try', async () => {
    const { inbox, ids, cutOff, event, settled } = setUp(openings(1, 2))
    await settled()
    cutOff(true)
    event.value = 'two'
    await settled()
    expect([inbox.rows.value, inbox.failure.value]).toEqual([null, expect.stringMatching(/\w/)])
    cutOff(false)
    await inbox.load()
    expect([ids(), inbox.failure.value]).toEqual([['o1', 'o2'], ''])
  })

  it('that could not be read again stay on the screen', async () => {
    const { inbox, ids, cutOff, hears, settled } = setUp(openings(1, 2))
    await settled()
    cutOff(true)
    hears(opening('o0', { position: '201' }))
    await settled()
    expect([ids(), inbox.failure.value]).toEqual([['o1', 'o2'], expect.stringMatching(/\w/)])
  })
})

describe('what the live feed tells', () => {
  it('of a flagged opening brings it on top, and one more', async () => {
    const { inbox, ids, becomes, hears, settled } = setUp(openings(1, 2))
    await settled()
    const position = becomes([opening('o0'), ...openings(1, 2)])
    hears(opening('o0', { position }))
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o0', 'o1', 'o2'], 3])
  })

  it('of a verdict given elsewhere takes the row away at once', async () => {
    const { inbox, ids, becomes, hears, settled } = setUp(openings(1, 3))
    await settled()
    const position = becomes([opening('o1'), opening('o3')])
    hears(opening('o2', { position, verdict: 'legitimate' }))
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o3'], 2])
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o3'], 2])
  })

  it('of a verdict taken back elsewhere brings the row back to its place', async () => {
    const { inbox, ids, becomes, hears, settled } = setUp([opening('o1'), opening('o3')])
    await settled()
    const position = becomes(openings(1, 3))
    hears(opening('o2', { position }))
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o2', 'o3'], 3])
  })

  it('of a new score changes the row, or takes it away', async () => {
    const { inbox, ids, becomes, hears, settled } = setUp(openings(1, 2))
    await settled()
    const before = { score: 70, band: 'high', ruleSet: 'v1' } as const
    const worse = { score: 95, band: 'block', before } as const
    becomes([opening('o1', worse), opening('o2')])
    hears(opening('o1', { ...worse, position: '201' }))
    expect(inbox.rows.value?.[0]).toMatchObject({ score: 95, band: 'block' })
    becomes([opening('o2')])
    hears(opening('o1', { score: 12, band: 'low', before, position: '202' }))
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
  })

  it('of one that was never read changes the number', async () => {
    const { inbox, ids, becomes, hears, settled } = setUp(openings(1, 12))
    await settled()
    const position = becomes(openings(1, 11))
    hears(opening('o12', { position, verdict: 'suspicious' }))
    await settled()
    expect([ids()?.length, inbox.total.value]).toEqual([10, 11])
  })

  it('of anything else is not asked about', async () => {
    const { asked, hears, settled } = setUp(openings(1, 2))
    await settled()
    hears(opening('calm', { score: 5, band: 'low' }))
    hears(opening('answer', { kind: 'rsvp', band: null }))
    hears(opening('unscored', { score: null, band: null }))
    await settled()
    expect(asked).toHaveLength(1)
  })

  it('in a storm is followed once a second, each item of it heard', async () => {
    const { inbox, asked, hears, becomes, settled } = setUp(openings(1, 2))
    await settled()
    for (let at = 0; at < 100; at++) hears(opening(`new${String(at)}`, { position: String(201 + at) }))
    becomes(openings(1, 102))
    await settled()
    expect([asked.length, inbox.total.value]).toEqual([2, 102])
  })

  it('after a break may leave things out, so it is read again', async () => {
    const { inbox, live, becomes, settled } = setUp(openings(1, 2))
    await settled()
    becomes(openings(1, 5))
    live.state = 'reconnecting'
    await nextTick()
    live.state = 'live'
    await settled()
    expect(inbox.total.value).toBe(5)
  })

  it('is not undone by a reading that was under way', async () => {
    const { ids, inbox, hears, settled } = setUp(openings(1, 2))
    await settled()
    hears(opening('o1', { position: '300', verdict: 'legitimate' }))
    await inbox.load()
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
  })
})

describe('a reader who must not be disturbed', () => {
  it('keeps the rows in their places while others come and are judged elsewhere', async () => {
    const { inbox, ids, held, becomes, hears, settled } = setUp(openings(1, 3))
    await settled()
    held.value = true
    const position = becomes([opening('o0'), opening('o1'), opening('o3')])
    hears(opening('o0', { position }))
    hears(opening('o2', { position, verdict: 'suspicious' }))
    await settled()
    expect(ids()).toEqual(['o1', 'o2', 'o3'])
    expect(inbox.rows.value?.[1]?.verdict).toBe('suspicious')
    expect([inbox.fresh.value, inbox.total.value]).toEqual([1, 3])
    held.value = false
    await nextTick()
    expect([ids(), inbox.fresh.value]).toEqual([['o0', 'o1', 'o3'], 0])
  })

  it('is shown what came meanwhile when asked for', async () => {
    const { inbox, ids, held, becomes, hears, settled } = setUp(openings(1, 2))
    await settled()
    held.value = true
    const position = becomes(openings(0, 2))
    hears(opening('o0', { position }))
    await settled()
    inbox.showFresh()
    expect([ids(), inbox.fresh.value]).toEqual([['o0', 'o1', 'o2'], 0])
  })

  it('sees a row go that they judge themselves, and the next ones follow below', async () => {
    const { inbox, ids, held, settled } = setUp(openings(1, 12))
    await settled()
    held.value = true
    const giving = useVerdicts().give({ eventId: 'one', attemptId: 'o2', verdict: 'legitimate', note: null })
    expect([ids()?.slice(0, 2), inbox.total.value]).toEqual([['o1', 'o3'], 11])
    await giving
    await settled()
    expect([ids()?.length, ids()?.at(-1), inbox.total.value]).toEqual([10, 'o11', 11])
  })

  it('judges one page after the other without leaving the list', async () => {
    const { inbox, ids, held, settled } = setUp(openings(1, 25))
    await settled()
    held.value = true
    const verdicts = useVerdicts()
    for (let left = 25; left > 0; left--) {
      const [attemptId = ''] = ids() ?? []
      await verdicts.give({ eventId: 'one', attemptId, verdict: 'legitimate', note: null })
      await settled()
      expect([inbox.total.value, ids()?.length]).toEqual([left - 1, Math.min(left - 1, 10)])
    }
  })
})

describe('a verdict of this tab', () => {
  it('that is undone brings the row back', async () => {
    const { inbox, ids, becomes, settled } = setUp(openings(1, 2))
    await settled()
    const verdicts = useVerdicts()
    const saying = { eventId: 'one', attemptId: 'o1', note: null }
    await verdicts.give({ ...saying, verdict: 'suspicious' })
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
    const undoing = verdicts.give({ ...saying, verdict: null })
    await Promise.resolve()
    becomes(openings(1, 2))
    await undoing
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o2'], 2])
  })

  it('that is refused leaves the row and the number as they were', async () => {
    const { inbox, ids, cutOff, settled } = setUp(openings(1, 2))
    await settled()
    cutOff(true)
    const giving = useVerdicts().give({ eventId: 'one', attemptId: 'o1', verdict: 'legitimate', note: null })
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
    await expect(giving).rejects.toThrow()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o2'], 2])
  })
})
