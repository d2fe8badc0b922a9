import { positionToWaitFor } from '@shared/api/position.ts'
import { useLoad } from '@shared/useLoad.ts'
import { useSubmit } from '@shared/useSubmit.ts'
import { watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { FeedbackItem } from '@contracts/security.ts'
import { inPlace } from './feedback-rows.ts'
import { fetchFeedback } from './security.api.ts'
import { useVerdicts } from './verdicts.store.ts'

const pageSize = 20
/** The largest page the API gives. */
const largestPage = 200

export interface FeedbackSoFar {
  items: FeedbackItem[]
  nextCursor: string | null
  /** Position of the log up to which the items are true. */
  position: string
}

export interface Feedback {
  feedback: ShallowRef<FeedbackSoFar | null>
  failure: Ref<string>
  load: () => Promise<void>
  more: () => Promise<void>
  loadingMore: Ref<boolean>
  moreFailure: ComputedRef<string>
}

/** All verdicts on openings of an event, newest first, read again when one is given in this tab. */
export function useFeedback(eventId: Ref<string>): Feedback {
  const verdicts = useVerdicts()
  const { data, failure, load } = useLoad(async (signal): Promise<FeedbackSoFar> => {
    const limit = Math.min(largestPage, Math.max(pageSize, data.value?.items.length ?? 0))
    const position = positionToWaitFor() ?? '0'
    const page = await fetchFeedback(eventId.value, { limit }, signal)
    return { ...page, items: inPlace(data.value?.items ?? [], page.items), position }
  })
  const {
    busy: loadingMore,
    failure: moreFailure,
    submit,
  } = useSubmit(async (before: FeedbackSoFar) => {
    const page = await fetchFeedback(eventId.value, { limit: pageSize, cursor: before.nextCursor })
    // Read again meanwhile: then this page may no longer follow on what is shown.
    if (data.value !== before) return
    data.value = { ...before, items: [...before.items, ...page.items], nextCursor: page.nextCursor }
  })

  watch(
    eventId,
    () => {
      data.value = null
      void load()
    },
    { immediate: true },
  )
  watch(() => verdicts.changes, load)

  return {
    feedback: data,
    failure,
    load,
    more: async () => {
      if (data.value?.nextCursor != null) await submit(data.value)
    },
    loadingMore,
    moreFailure,
  }
}
