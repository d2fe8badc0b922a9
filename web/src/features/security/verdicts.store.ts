import { positionToWaitFor } from '@shared/api/position.ts'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { giveVerdict, withdrawVerdict, type Verdict } from './security.api.ts'
import { shownVerdict, type Judged, type VerdictOverride } from './verdict-override.ts'

export interface Saying {
  readonly eventId: string
  readonly attemptId: string
  /** Null takes back what was said. */
  readonly verdict: Verdict | null
  readonly note: string | null
}

/** Verdicts of this tab: shown at once, sent one after the other for each opening, taken back when refused. */
export const useVerdicts = defineStore('verdicts', () => {
  const overrides = shallowRef<Readonly<Record<string, VerdictOverride>>>({})
  /** Goes up when a verdict has been saved: what counts verdicts reads again. */
  const changes = ref(0)
  const saved = new Map<string, VerdictOverride>()
  const newest = new Map<string, Promise<void>>()

  function put(attemptId: string, override: VerdictOverride | undefined): void {
    const { [attemptId]: _before, ...others } = overrides.value
    overrides.value = override === undefined ? others : { ...others, [attemptId]: override }
  }

  async function send({ eventId, attemptId, verdict, note }: Saying, earlier?: Promise<void>): Promise<void> {
    // The one given last must also arrive last.
    await earlier?.catch(() => undefined)
    if (verdict === null) await withdrawVerdict(eventId, attemptId)
    else await giveVerdict(eventId, attemptId, { verdict, note })
    saved.set(attemptId, { verdict, knownFrom: positionToWaitFor() })
    changes.value += 1
  }

  /** @throws ApiProblem when it was not saved; what is shown is then what was saved before */
  async function give(saying: Saying): Promise<void> {
    const { attemptId, verdict } = saying
    put(attemptId, { verdict, knownFrom: null })
    const sending = send(saying, newest.get(attemptId))
    newest.set(attemptId, sending)
    try {
      await sending
    } finally {
      if (newest.get(attemptId) === sending) {
        newest.delete(attemptId)
        put(attemptId, saved.get(attemptId))
      }
    }
  }

  /** The verdict to show for an opening, given what was read of it. */
  const shown = (attemptId: string, read: Judged): Verdict | null =>
    shownVerdict(read, overrides.value[attemptId])

  return { shown, give, changes }
})
