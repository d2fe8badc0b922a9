import { sentenceOf } from '@shared/api/client.ts'
import { showToast } from '@shared/toasts.ts'
import { useLoad, type Load } from '@shared/useLoad.ts'
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { useTexts } from '../../app/i18n.ts'
import { fetchStepUp, saveStepUp, type StepUp } from './security.api.ts'

export interface StepUpSettings extends Pick<Load<StepUp>, 'failure' | 'load'> {
  /** As chosen, before the answer is there. */
  stepUp: ComputedRef<StepUp | null>
  change: (to: StepUp) => Promise<void>
}

/** Whether a code is asked for: a switch moves at once, and back when it was not saved. */
export function useStepUp(eventId: Ref<string>): StepUpSettings {
  const { t } = useTexts()
  const { data, failure, load } = useLoad((signal) => fetchStepUp(eventId.value, signal))
  const chosen = shallowRef<StepUp | null>(null)
  let sending: Promise<unknown> = Promise.resolve()

  watch(
    eventId,
    () => {
      data.value = null
      void load()
    },
    { immediate: true },
  )

  async function change(to: StepUp): Promise<void> {
    chosen.value = to
    const mine = sending.then(async () => {
      data.value = await saveStepUp(eventId.value, to)
    })
    sending = mine.catch(() => undefined)
    try {
      await mine
      showToast(t('security.stepUp.saved'))
    } catch (thrown) {
      showToast(sentenceOf(thrown), { tone: 'danger' })
    }
    // A switch that was moved meanwhile stays where it was moved to.
    if (chosen.value === to) chosen.value = null
  }

  return { stepUp: computed(() => chosen.value ?? data.value), failure, load, change }
}
