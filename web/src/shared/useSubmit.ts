import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { ApiProblem, newIdempotencyKey, sentenceOf } from './api/client.ts'

export interface Submit<P, R> {
  busy: Ref<boolean>
  /** The sentence for the whole form; empty while there is nothing to say. */
  failure: ComputedRef<string>
  /** The sentences for single fields, by path. */
  fields: ComputedRef<Record<string, string>>
  problem: Ref<unknown>
  /** Gives the answer, or undefined when it failed; what failed is in `failure` and `fields`. */
  submit: (payload: P) => Promise<R | undefined>
  clear: () => void
}

/** Whether the write may have happened although this page saw no success. */
const inDoubt = (thrown: unknown): boolean =>
  thrown instanceof ApiProblem && (thrown.status === 0 || thrown.status >= 500)

/**
 * The state of a form that writes. A second press while it works does nothing; the same payload tried again after
 * an answer was lost keeps its idempotency key, so that nothing is done twice.
 */
export function useSubmit<P, R>(write: (payload: P, key: string) => Promise<R>): Submit<P, R> {
  const busy = ref(false)
  const problem = ref<unknown>(null)
  let doubtful: { key: string; payload: string } | null = null

  async function submit(payload: P): Promise<R | undefined> {
    if (busy.value) return undefined
    const text = JSON.stringify(payload)
    const key = doubtful?.payload === text ? doubtful.key : newIdempotencyKey()
    busy.value = true
    problem.value = null
    try {
      const answer = await write(payload, key)
      doubtful = null
      return answer
    } catch (thrown) {
      problem.value = thrown
      doubtful = inDoubt(thrown) ? { key, payload: text } : null
      return undefined
    } finally {
      busy.value = false
    }
  }

  return {
    busy,
    problem,
    submit,
    failure: computed(() => (problem.value === null ? '' : sentenceOf(problem.value))),
    fields: computed(() => (problem.value instanceof ApiProblem ? problem.value.fields : {})),
    clear: () => {
      problem.value = null
    },
  }
}
