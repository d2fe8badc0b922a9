import type { OpenAnswer } from '@contracts/rsvp.ts'
import { newIdempotencyKey } from '@shared/api/client.ts'
import type { ShallowRef } from 'vue'
import { enterCode, failureOf, isCertain, isLost, sendCode } from './api.ts'
import type { GuestPage, GuestPageEvent } from './guest-page.ts'
import { patiently } from './patience.ts'
import { RetryKey } from './retry-key.ts'

export interface UseStepUp {
  askForCode: () => Promise<void>
  /** @param code six digits */
  submitCode: (code: string) => Promise<void>
}

/**
 * A stopped guest's way on: asks for a code and enters it.
 * @param show shows the invitation that the code opened
 */
export function useStepUp(
  token: string,
  page: Readonly<ShallowRef<GuestPage>>,
  happen: (event: GuestPageEvent) => void,
  show: (answer: OpenAnswer) => Promise<void>,
): UseStepUp {
  const keys = { asking: new RetryKey(newIdempotencyKey), entering: new RetryKey(newIdempotencyKey) }

  /** A code whose answer was lost is sent or entered again under the same key: no second mail, no second try. */
  async function settled<T>(
    key: RetryKey,
    content: string,
    work: (key: string) => Promise<T>,
  ): Promise<T | null> {
    try {
      const answer = await patiently(() => work(key.keyFor(content)), isLost)
      key.settle()
      return answer
    } catch (thrown) {
      const failure = failureOf(thrown)
      if (isCertain(failure)) key.settle()
      happen({ type: 'failed', failure })
      return null
    }
  }

  async function askForCode(): Promise<void> {
    const now = page.value
    if (now.kind !== 'step_up' || now.step.busy !== null) return
    const { challengeToken } = now.step
    happen({ type: 'code_asked' })
    const sent = await settled(keys.asking, challengeToken, (key) => sendCode(token, challengeToken, key))
    if (sent !== null) happen({ type: 'code_sent', sent })
  }

  async function submitCode(code: string): Promise<void> {
    const now = page.value
    if (now.kind !== 'step_up' || now.step.busy !== null || now.step.sent === null) return
    const { challengeToken } = now.step
    happen({ type: 'code_entered' })
    const answer = await settled(keys.entering, code, (key) => enterCode(token, challengeToken, code, key))
    if (answer !== null) await show(answer)
  }

  return { askForCode, submitCode }
}
