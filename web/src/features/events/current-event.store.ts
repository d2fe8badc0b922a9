import { ApiProblem, sentenceOf } from '@shared/api/client.ts'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { EventView } from '@contracts/events.ts'
import { fetchEvent } from './events.api.ts'

/** New activity changes the counts; a busy door would otherwise ask for them several times a second. */
const atMostEveryMs = 2_000

/** The event whose pages are open, shared by all its tabs. */
export const useCurrentEvent = defineStore('current-event', () => {
  const event = shallowRef<EventView | null>(null)
  const etag = ref<string | null>(null)
  const failure = ref('')
  const missing = ref(false)
  let running: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(id: string): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    try {
      const answer = await fetchEvent(id, mine.signal)
      if (mine.signal.aborted) return
      event.value = answer.data
      etag.value = answer.etag
      failure.value = ''
      missing.value = false
    } catch (thrown) {
      if (mine.signal.aborted) return
      failure.value = sentenceOf(thrown)
      missing.value = thrown instanceof ApiProblem && thrown.status === 404
    }
  }

  function open(id: string): Promise<void> {
    if (event.value?.id !== id) leave()
    return load(id)
  }

  const refresh = async (): Promise<void> => {
    if (event.value) await load(event.value.id)
  }

  /** Reads again soon; many calls in a row are one. */
  function refreshSoon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void refresh()
    }, atMostEveryMs)
  }

  function leave(): void {
    running?.abort()
    clearTimeout(timer)
    timer = undefined
    event.value = null
    etag.value = null
    failure.value = ''
    missing.value = false
  }

  return { event, etag, failure, missing, open, refresh, refreshSoon, leave }
})
