import { createPinia, setActivePinia } from 'pinia'
import { effectScope, ref } from 'vue'
import { onTestFinished, vi } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import { useLive } from '../../web/src/features/live/live.store.ts'
import { useWaiting } from '../../web/src/features/security/useWaiting.ts'
import { openingItem } from './opening-item.ts'

/** An opening that is suspicious. */
export const opening = (id: string, change: Partial<ActivityItem> = {}): ActivityItem =>
  openingItem({ id, position: '100', score: 70, band: 'high', label: 'Suspicious', ...change })

/** Such openings, from `o1` or another number on. */
export const openings = (from: number, to: number) =>
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

/** The inbox of an event with the server behind it, until the test is over; time stands still unless the test moves it. */
export function startWaiting(waiting: ActivityItem[]) {
  setActivePinia(createPinia())
  vi.useFakeTimers()
  const api = server(waiting)
  const held = ref(false)
  const event = ref('one')
  const scope = effectScope()
  onTestFinished(() => {
    scope.stop()
    vi.unstubAllGlobals()
    vi.useRealTimers()
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
