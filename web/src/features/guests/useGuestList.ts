import { sentenceOf } from '@shared/api/client.ts'
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { GuestView } from '@contracts/guests.ts'
import { countsEverybody, queryOf, type GuestFilter } from './guest-filter.ts'
import { refreshedRows, withNextPage } from './guest-rows.ts'
import { fetchGuests, type GuestList } from './guests.api.ts'

const pageSize = 50
/** The largest page the API gives. */
const largestPage = 200
/** Invitations on their way are looked after this often, in milliseconds, until they are sent or have failed. */
const queuedEveryMs = 2_500
/** A busy hour brings many changes; the list follows at most this often, in milliseconds. */
const followEveryMs = 3_000

export interface Guests {
  rows: ShallowRef<readonly GuestView[]>
  /** Of those that the filter leaves, whatever their status. */
  counts: ShallowRef<GuestList['counts'] | null>
  /** Nobody is on the list, whatever it is narrowed to. */
  nobody: Ref<boolean>
  cursor: Ref<string | null>
  loading: Ref<boolean>
  loadingMore: Ref<boolean>
  failure: Ref<string>
  reload: () => Promise<void>
  more: () => Promise<void>
  /** Reads again what is shown (its first 200 rows), soon and without moving a row. */
  followSoon: () => void
}

/** The guests of an event under a filter, page by page. */
export function useGuestList(eventId: Ref<string>, filter: Ref<GuestFilter>): Guests {
  const rows = shallowRef<readonly GuestView[]>([])
  const counts = shallowRef<GuestList['counts'] | null>(null)
  const nobody = ref(false)
  const cursor = ref<string | null>(null)
  const loading = ref(true)
  const loadingMore = ref(false)
  const failure = ref('')
  let running = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  function count(now: GuestList['counts']): void {
    counts.value = now
    nobody.value = now.all === 0 && countsEverybody(filter.value)
  }

  const read = (limit: number, after: string | null, signal: AbortSignal): Promise<GuestList> =>
    fetchGuests(
      eventId.value,
      { ...queryOf(filter.value), sort: filter.value.sort, limit, cursor: after },
      signal,
    )

  /** One reading at a time; a newer one outruns the older. */
  async function reading(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    running.abort()
    const mine = new AbortController()
    running = mine
    clearTimeout(timer)
    timer = undefined
    try {
      await work(mine.signal)
      if (mine.signal.aborted) return
      failure.value = ''
    } catch (thrown) {
      if (!mine.signal.aborted) failure.value = sentenceOf(thrown)
    }
    if (rows.value.some((guest) => guest.invitation.state === 'queued')) followIn(queuedEveryMs)
  }

  const reload = (): Promise<void> =>
    reading(async (signal) => {
      try {
        const list = await read(pageSize, null, signal)
        if (signal.aborted) return
        rows.value = list.items
        count(list.counts)
        cursor.value = list.nextCursor
      } finally {
        if (!signal.aborted) loading.value = false
      }
    })

  async function more(): Promise<void> {
    if (cursor.value === null) return
    loadingMore.value = true
    await reading(async (signal) => {
      const list = await read(pageSize, cursor.value, signal)
      if (signal.aborted) return
      rows.value = withNextPage(rows.value, list.items)
      count(list.counts)
      cursor.value = list.nextCursor
    })
    loadingMore.value = false
  }

  const follow = (): Promise<void> =>
    reading(async (signal) => {
      const list = await read(Math.min(largestPage, Math.max(pageSize, rows.value.length)), null, signal)
      if (signal.aborted) return
      if (rows.value.length === 0) {
        rows.value = list.items
        cursor.value = list.nextCursor
      } else {
        rows.value = refreshedRows(rows.value, list.items)
      }
      count(list.counts)
    })

  function followIn(ms: number): void {
    if (loadingMore.value || loading.value) return
    timer ??= setTimeout(() => void follow(), ms)
  }

  // By its text: the address also changes when a drawer opens over the list.
  watch(
    [eventId, () => JSON.stringify(filter.value)],
    ([now], [before]) => {
      if (before !== undefined && before !== now) loading.value = true
      void reload()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    running.abort()
    clearTimeout(timer)
  })

  const followSoon = () => {
    followIn(followEveryMs)
  }
  return { rows, counts, nobody, cursor, loading, loadingMore, failure, reload, more, followSoon }
}
