import { useLoad } from '@shared/useLoad.ts'
import { computed, ref, shallowReactive, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { ActivityItem } from '@contracts/activity.ts'
import { useLive } from '../live/live.store.ts'
import { awaitsVerdict, isFlagged } from './awaiting-verdict.ts'
import { fetchWaiting } from './security.api.ts'
import { useFollowing } from './useFollowing.ts'
import { useVerdicts } from './verdicts.store.ts'
import { heldInPlace } from './waiting-rows.ts'

/** More at once would push the verdicts that were given out of sight. */
const pageSize = 10

export interface Waiting {
  /** Null until they are known. */
  rows: ComputedRef<readonly ActivityItem[] | null>
  /** How many wait in all, null until it is known. */
  total: ComputedRef<number | null>
  /** So many came while the reader must not be disturbed. */
  fresh: ComputedRef<number>
  /** There are older ones than those read so far. */
  more: ComputedRef<boolean>
  loadingMore: Ref<boolean>
  failure: Ref<string>
  load: () => Promise<void>
  showMore: () => Promise<void>
  /** Shows what came meanwhile, in its place. */
  showFresh: () => void
}

/**
 * The openings of an event that wait for a verdict. What the live feed tells of one is shown at once; which ones there
 * are and how many is read again soon after, because the feed says nothing of those that were never read.
 * @param held the reader must not be disturbed: rows stay where they are, except those that the reader judges
 */
export function useWaiting(eventId: Ref<string>, held: Ref<boolean>): Waiting {
  const live = useLive()
  const verdicts = useVerdicts()
  const shown = shallowRef<readonly ActivityItem[]>([])
  /** What the live feed told since the last reading, by id. */
  const heard = shallowReactive(new Map<string, ActivityItem>())
  const loadingMore = ref(false)
  let wanted = pageSize

  const { data, failure, load } = useLoad((signal) => fetchWaiting(eventId.value, wanted, signal))
  const { followSoon } = useFollowing(load)

  function newest(read: ActivityItem): ActivityItem {
    const told = heard.get(read.id)
    return told !== undefined && BigInt(told.position) > BigInt(read.position) ? told : read
  }
  const waits = (item: ActivityItem) => awaitsVerdict(item, verdicts.shown(item.id, item))
  const judgedHere = ({ id }: ActivityItem) => verdicts.shown(id, { verdict: null, position: '0' }) !== null

  const waiting = computed(() => (data.value?.items ?? []).map(newest))
  const rows = computed(() =>
    shown.value.map(newest).filter((item) => waits(item) || (held.value && !judgedHere(item))),
  )

  function settle(): void {
    shown.value = held.value ? heldInPlace(shown.value.map(newest), waiting.value) : waiting.value
  }

  function hear(item: ActivityItem | null): void {
    // One that was never flagged is none of them, and was none.
    if (item?.kind !== 'opening' || (!isFlagged(item) && item.before === null)) return
    heard.set(item.id, item)
    followSoon()
  }

  function forgetRead(head: string): void {
    for (const [id, { position }] of heard) if (BigInt(position) <= BigInt(head)) heard.delete(id)
  }

  watch(
    eventId,
    () => {
      data.value = null
      shown.value = []
      heard.clear()
      wanted = pageSize
      void load()
    },
    { immediate: true },
  )
  watch(
    data,
    (read) => {
      settle()
      if (read !== null) forgetRead(read.head)
    },
    { flush: 'sync' },
  )
  watch(held, settle)
  // Synchronous, because items that come together would otherwise be one change.
  watch(() => live.latest, hear, { flush: 'sync' })
  watch(
    () => live.state,
    (now) => {
      // Whatever was missed: what the feed sends after a break can be a request to read again.
      if (now === 'live') followSoon()
    },
  )
  watch(() => verdicts.changes, load)

  return {
    rows: computed(() => (data.value === null ? null : rows.value)),
    total: computed(() => {
      if (data.value === null) return null
      return data.value.total - waiting.value.filter((item) => !waits(item)).length
    }),
    fresh: computed(() => {
      const known = new Set(shown.value.map(({ id }) => id))
      return waiting.value.filter((item) => waits(item) && !known.has(item.id)).length
    }),
    more: computed(() => data.value?.more ?? false),
    loadingMore,
    failure,
    load,
    showMore: async () => {
      wanted = Math.max(waiting.value.length, rows.value.length) + pageSize
      loadingMore.value = true
      await load()
      loadingMore.value = false
    },
    showFresh: () => {
      shown.value = waiting.value
    },
  }
}
