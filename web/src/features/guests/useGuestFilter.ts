import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { filterOf, queryOf, type GuestFilter } from './guest-filter.ts'

/** A pause in typing after which is searched, in milliseconds. */
const typingPauseMs = 250

export interface FilterInAddress {
  filter: ComputedRef<GuestFilter>
  /** The text as it is typed; searched after a pause. */
  search: Ref<string>
  narrow: (change: Partial<GuestFilter>) => void
  /** The query of the address, to be kept when a drawer opens over the list. */
  query: ComputedRef<Record<string, string>>
}

/** The filter of the guest list, kept in the query of the address. */
export function useGuestFilter(): FilterInAddress {
  const route = useRoute()
  const router = useRouter()
  const filter = computed(() => filterOf(route.query))
  const query = computed(() => queryOf(filter.value))
  const search = ref(filter.value.q)
  let timer: ReturnType<typeof setTimeout> | undefined

  function narrow(change: Partial<GuestFilter>): void {
    void router.replace({ query: queryOf({ ...filter.value, ...change }) })
  }

  watch(search, (typed) => {
    clearTimeout(timer)
    if (typed === filter.value.q) return
    timer = setTimeout(() => {
      narrow({ q: typed })
    }, typingPauseMs)
  })
  watch(
    () => filter.value.q,
    (now) => {
      if (now !== search.value.trim()) search.value = now
    },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return { filter, search, narrow, query }
}
