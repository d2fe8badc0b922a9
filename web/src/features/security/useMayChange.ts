import { computed, type ComputedRef } from 'vue'
import { useCurrentEvent } from '../events/current-event.store.ts'

export interface MayChange {
  /** Give verdicts: a matter of the role only, what happened can be judged at any time. */
  judge: ComputedRef<boolean>
  /** Change settings, which an archived event no longer takes. */
  tune: ComputedRef<boolean>
  /** Why nothing can be changed, null while it can or nobody knows yet. */
  why: ComputedRef<'readOnly' | 'archived' | null>
}

/** What the signed-in host may do to the event whose pages are open. The API decides; this spares vain tries. */
export function useMayChange(): MayChange {
  const current = useCurrentEvent()
  const judge = computed(() => ['owner', 'editor'].includes(current.event?.role ?? ''))
  const archived = computed(() => current.event?.status === 'archived')
  return {
    judge,
    tune: computed(() => judge.value && !archived.value),
    why: computed(() => {
      if (current.event === null) return null
      if (!judge.value) return 'readOnly'
      return archived.value ? 'archived' : null
    }),
  }
}
