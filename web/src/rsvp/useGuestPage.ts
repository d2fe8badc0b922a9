import type { OpenAnswer } from '@contracts/rsvp.ts'
import { newIdempotencyKey } from '@shared/api/client.ts'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { bodyOf, draftOf, type AnswerDraft } from './answer-draft.ts'
import { failureOf, isCertain, isLost, openInvitation, readSealed, sendAnswer } from './api.ts'
import { useDeviceCheck, type DeviceCheck } from './device-check.ts'
import { isPersonsGesture } from './gesture.ts'
import { next, type GuestPage, type GuestPageEvent } from './guest-page.ts'
import { patiently } from './patience.ts'
import { RetryKey } from './retry-key.ts'
import { useStepUp, type UseStepUp } from './useStepUp.ts'

/** As long as the envelope takes to unfold; see Envelope.vue. */
const UNFOLD_MS = 1_500

const stillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

export interface UseGuestPage extends UseStepUp {
  page: Readonly<ShallowRef<GuestPage>>
  draft: Ref<AnswerDraft>
  deviceCheck: DeviceCheck
  load: () => Promise<void>
  open: (gesture: Event) => Promise<void>
  /** Shows the closed envelope again, to be tapped once more. */
  sealAgain: () => void
  submit: () => Promise<void>
  change: () => void
  keep: () => void
}

/** The guest's page: loads the envelope, opens it for a person's gesture, sends the answer. */
export function useGuestPage(token: string): UseGuestPage {
  const page = shallowRef<GuestPage>({ kind: 'loading' })
  const draft = ref<AnswerDraft>(draftOf(null, 0))
  const key = new RetryKey(newIdempotencyKey)
  const deviceCheck = useDeviceCheck()
  /** An answer that was on its way when the opening ran out; it is shown again after the next opening. */
  let unsent = false

  const happen = (event: GuestPageEvent): void => {
    page.value = next(page.value, event)
  }

  async function load(): Promise<void> {
    happen({ type: 'reload' })
    try {
      const sealed = await patiently(() => readSealed(token), isLost)
      happen({ type: 'loaded', event: sealed.event })
    } catch (thrown) {
      happen({ type: 'failed', failure: failureOf(thrown) })
    }
  }

  async function open(gesture: Event): Promise<void> {
    const sealed = page.value
    if (sealed.kind !== 'sealed' || sealed.opening || !isPersonsGesture(gesture, document)) return
    happen({ type: 'tapped' })
    try {
      await show(await openInvitation(token, await deviceCheck.read()))
    } catch (thrown) {
      happen({ type: 'failed', failure: failureOf(thrown) })
    }
  }

  function sealAgain(): void {
    happen({ type: 'sealed_again' })
  }

  async function show(answer: OpenAnswer): Promise<void> {
    if (!unsent) draft.value = draftOf(answer.invitation.rsvp, answer.invitation.plusOnesAllowed)
    happen({ type: 'opened', answer })
    if (!stillness()) await new Promise((resolve) => setTimeout(resolve, UNFOLD_MS))
    happen({ type: 'unfolded' })
    if (unsent) happen({ type: 'change_answer' })
  }

  async function submit(): Promise<void> {
    const opened = page.value
    const body = bodyOf(draft.value)
    if (opened.kind !== 'open' || opened.sending || body === null) return
    happen({ type: 'sent' })
    unsent = true
    try {
      const answer = await patiently(
        () => sendAnswer(token, opened.rsvpToken, body, key.keyFor(body)),
        isLost,
      )
      unsent = false
      key.settle()
      draft.value = draftOf(answer.rsvp, opened.invitation.plusOnesAllowed)
      happen({ type: 'answered', answer })
    } catch (thrown) {
      const failure = failureOf(thrown)
      if (isCertain(failure)) key.settle()
      happen({ type: 'failed', failure })
    }
  }

  function change(): void {
    happen({ type: 'change_answer' })
  }

  function keep(): void {
    const opened = page.value
    if (opened.kind !== 'open') return
    draft.value = draftOf(opened.invitation.rsvp, opened.invitation.plusOnesAllowed)
    happen({ type: 'keep_answer' })
  }

  const stepUp = useStepUp(token, page, happen, show)
  return { page, draft, deviceCheck, load, open, sealAgain, submit, change, keep, ...stepUp }
}
