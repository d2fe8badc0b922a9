import { ApiProblem } from '@shared/api/client.ts'
import { useLoad, type Load } from '@shared/useLoad.ts'
import { useSubmit, type Submit } from '@shared/useSubmit.ts'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { fetchThresholds, saveThresholds, type StoredThresholds } from './security.api.ts'
import { onlyThresholds, sameThresholds, withBoundary, type Boundary, type Thresholds } from './thresholds.ts'

export interface ThresholdsDraft extends Pick<Load<StoredThresholds>, 'failure' | 'load'> {
  /** What is in use, null until it is read. */
  saved: Load<StoredThresholds>['data']
  draft: Ref<Thresholds | null>
  changed: ComputedRef<boolean>
  areDefaults: ComputedRef<boolean>
  /** Moves a boundary; what it pushes along comes back when the same drag goes back, until `settle`. */
  move: (which: Boundary, value: number) => void
  settle: () => void
  propose: (thresholds: Thresholds) => void
  saving: Submit<Thresholds, StoredThresholds | undefined>
  /** What was not saved, because somebody else had changed the boundaries meanwhile; those are in `saved` then. */
  overtaken: Ref<Thresholds | null>
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
  const overtaken = ref<Thresholds | null>(null)
  const saving = useSubmit(async (to: Thresholds, key): Promise<StoredThresholds | undefined> => {
    overtaken.value = null
    try {
      const answer = await saveThresholds(eventId.value, to, saved.value?.etag ?? null, key)
      saved.value = answer
      return answer
    } catch (thrown) {
      const isOvertaken = thrown instanceof ApiProblem && thrown.status === 412
      if (isOvertaken && (await showNewest(to))) return undefined
      throw thrown
    }
  })

  /** Somebody else was faster: theirs are in use, and shown; one's own stay at hand. @returns whether they could be read */
  async function showNewest(mine: Thresholds): Promise<boolean> {
    await load()
    if (saved.value === null || failure.value !== '') return false
    propose(saved.value)
    overtaken.value = onlyThresholds(mine)
    return true
  }

  function propose(thresholds: Thresholds): void {
    origin = null
    overtaken.value = null
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
    overtaken,
  }
}
