import { useLoad, type Load } from '@shared/useLoad.ts'
import { useSubmit, type Submit } from '@shared/useSubmit.ts'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { ThresholdsView } from '@contracts/security.ts'
import { fetchThresholds, saveThresholds } from './security.api.ts'
import { onlyThresholds, sameThresholds, withBoundary, type Boundary, type Thresholds } from './thresholds.ts'

export interface ThresholdsDraft extends Pick<Load<ThresholdsView>, 'failure' | 'load'> {
  /** What is in use, null until it is read. */
  saved: Load<ThresholdsView>['data']
  draft: Ref<Thresholds | null>
  changed: ComputedRef<boolean>
  areDefaults: ComputedRef<boolean>
  /** Moves a boundary; what it pushes along comes back when the same drag goes back, until `settle`. */
  move: (which: Boundary, value: number) => void
  settle: () => void
  propose: (thresholds: Thresholds) => void
  saving: Submit<Thresholds, ThresholdsView>
}

/** The boundaries of an event: those in use, and a draft that is tried out and saved. */
export function useThresholds(eventId: Ref<string>): ThresholdsDraft {
  const { data: saved, failure, load } = useLoad((signal) => fetchThresholds(eventId.value, signal))
  const draft = ref<Thresholds | null>(null)
  /** The draft as it was when the drag began. */
  let origin: Thresholds | null = null

  const changed = computed(
    () => draft.value !== null && saved.value !== null && !sameThresholds(draft.value, saved.value),
  )
  const saving = useSubmit(async (to: Thresholds, key) => {
    const answer = await saveThresholds(eventId.value, to, key)
    saved.value = answer
    return answer
  })

  function propose(thresholds: Thresholds): void {
    origin = null
    draft.value = onlyThresholds(thresholds)
  }

  watch(
    eventId,
    () => {
      saved.value = null
      draft.value = null
      void load()
    },
    { immediate: true },
  )
  // What was read anew does not take away what somebody is trying out.
  watch(saved, (now, before) => {
    if (now && (draft.value === null || !before || sameThresholds(draft.value, before))) propose(now)
  })

  return {
    saved,
    draft,
    changed,
    areDefaults: computed(
      () => draft.value !== null && saved.value !== null && sameThresholds(draft.value, saved.value.defaults),
    ),
    failure,
    load,
    move: (which, value) => {
      if (draft.value === null) return
      origin ??= draft.value
      draft.value = withBoundary(origin, which, value)
    },
    settle: () => {
      origin = null
    },
    propose,
    saving,
  }
}
