import { sentenceOf } from '@shared/api/client.ts'
import {
  computed,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import { useLive } from '../live/live.store.ts'
import { latestOnly } from './latest-only.ts'
import type { ThresholdsPreview } from '@contracts/preview.ts'
import { fetchPreview } from './security.api.ts'
import { sameThresholds, type Thresholds } from './thresholds.ts'
import { useVerdicts } from './verdicts.store.ts'

/** A drag makes a wish with every pixel; it is answered when it rests for this long, in milliseconds. */
const restsForMs = 250
/** New openings change the counts; a busy evening is followed at most this often, in milliseconds. */
const followEveryMs = 3_000

export interface Preview {
  /** The newest answer; of what, it says itself. */
  preview: ShallowRef<ThresholdsPreview | null>
  /** The answer is about other boundaries than the draft. */
  behind: ComputedRef<boolean>
  failure: Ref<string>
  retry: () => void
}

/** What the draft would have made of every opening so far, read again as the draft, the openings or verdicts change. */
export function usePreview(eventId: Ref<string>, draft: Ref<Thresholds | null>): Preview {
  const live = useLive()
  const verdicts = useVerdicts()
  const preview = shallowRef<ThresholdsPreview | null>(null)
  const failure = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  const reading = latestOnly({
    delayMs: restsForMs,
    read: (thresholds: Thresholds, signal) => fetchPreview(eventId.value, thresholds, signal),
    onAnswer: (answer) => {
      preview.value = answer
      failure.value = ''
    },
    onFailure: (thrown) => {
      failure.value = sentenceOf(thrown)
    },
  })

  function retry(): void {
    if (draft.value) reading.wishNow(draft.value)
  }

  function followSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      retry()
    }, followEveryMs)
  }

  watch(
    draft,
    (now) => {
      if (now === null) preview.value = null
      else if (preview.value === null) reading.wishNow(now)
      else reading.wish(now)
    },
    { immediate: true },
  )
  watch(() => live.latest, followSoon)
  watch(() => verdicts.changes, retry)
  onScopeDispose(() => {
    reading.stop()
    clearTimeout(timer)
  })

  return {
    preview,
    behind: computed(
      () =>
        preview.value !== null &&
        draft.value !== null &&
        !sameThresholds(draft.value, preview.value.proposed.thresholds),
    ),
    failure,
    retry,
  }
}
