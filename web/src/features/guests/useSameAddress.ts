import { useLoad } from '@shared/useLoad.ts'
import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import { fetchGuests } from './guests.api.ts'

/** After the last key, before the list is asked, in milliseconds. */
const PAUSE_MS = 300

/** The longest text that the list is searched for. */
const LONGEST = 120

const same = (a: string | null, b: string): boolean => a?.toLowerCase() === b.trim().toLowerCase()

/**
 * Somebody on the list who has the address that is being typed: may be meant, as for a couple, and may be a slip.
 * @param own id of the guest who is being changed
 */
export function useSameAddress(
  eventId: () => string,
  email: () => string,
  own: () => string | undefined,
): ComputedRef<string | null> {
  const { data, load } = useLoad(async (signal) => {
    const { items } = await fetchGuests(eventId(), { q: email().trim(), limit: 20 }, signal)
    return items.filter(({ id }) => id !== own())
  })
  let pause: ReturnType<typeof setTimeout> | undefined

  watch(email, (now) => {
    clearTimeout(pause)
    const text = now.trim()
    if (/.@./.test(text) && text.length <= LONGEST) pause = setTimeout(() => void load(), PAUSE_MS)
  })
  onScopeDispose(() => {
    clearTimeout(pause)
  })

  return computed(() => {
    if (email().trim() === '') return null
    return data.value?.find((guest) => same(guest.email, email()))?.name ?? null
  })
}
