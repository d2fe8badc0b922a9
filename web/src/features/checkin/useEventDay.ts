import type { EventView } from '@contracts/events.ts'
import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'
import { isEventDay } from './event-day.ts'

/** Midnight may come while the page is open; looked for this often, in milliseconds. */
const LOOK_MS = 60_000

/** Whether it is the day of the event where it takes place. */
export function useEventDay(event: () => EventView | null): ComputedRef<boolean> {
  const now = ref(Date.now())
  const looking = setInterval(() => {
    now.value = Date.now()
  }, LOOK_MS)
  onScopeDispose(() => {
    clearInterval(looking)
  })
  return computed(() => {
    const current = event()
    return current !== null && isEventDay(current, now.value)
  })
}
