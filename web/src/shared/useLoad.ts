import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { sentenceOf } from './api/client.ts'

export interface Load<T> {
  data: ShallowRef<T | null>
  /** The first load is under way and there is nothing to show yet. */
  loading: Ref<boolean>
  failure: Ref<string>
  problem: ShallowRef<unknown>
  /** Reads again; what is shown stays until the answer is there, and a newer read outruns an older one. */
  load: () => Promise<void>
}

/** The state of something that is read from the API: loading, error and ideal; empty is for the caller to see. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const loading = ref(true)
  const failure = ref('')
  const problem = shallowRef<unknown>(null)
  let running: AbortController | null = null

  async function load(): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    loading.value = data.value === null
    try {
      const answer = await read(mine.signal)
      if (mine.signal.aborted) return
      data.value = answer
      failure.value = ''
      problem.value = null
    } catch (thrown) {
      if (mine.signal.aborted) return
      failure.value = sentenceOf(thrown)
      problem.value = thrown
    } finally {
      if (running === mine) loading.value = false
    }
  }

  onScopeDispose(() => running?.abort())
  return { data, loading, failure, problem, load }
}
