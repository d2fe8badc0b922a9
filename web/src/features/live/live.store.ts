import { ApiProblem, sentenceOf } from '@shared/api/client.ts'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ActivityItem, LiveMessage } from '@contracts/activity.ts'
import { waitBeforeRetry } from './backoff.ts'
import { keepLive, type LiveConnection, type LiveState } from './live-connection.ts'
import { addOlder, caughtUp, emptyFeed, receive, release, startFeed, type Feed } from './live-feed.ts'
import { fetchActivity, openLive } from './live.api.ts'

const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof ApiProblem && [401, 403, 404].includes(thrown.status)

/** The activity of the event that is looked at, kept live while its pages are open. */
export const useLive = defineStore('live', () => {
  const feed = shallowRef<Feed>(emptyFeed)
  const state = ref<LiveState>('connecting')
  const loading = ref(true)
  const failure = ref('')
  const cursor = ref<string | null>(null)
  const held = ref(false)
  /** The newest thing that happened while connected; what is counted elsewhere may have changed. */
  const latest = shallowRef<ActivityItem | null>(null)
  let eventId = ''
  let connection: LiveConnection | null = null
  let beginning: ReturnType<typeof setTimeout> | undefined

  function take(message: LiveMessage): void {
    if (message.type === 'item') {
      feed.value = receive(feed.value, message.item, held.value)
      latest.value = message.item
    } else if (message.type === 'caught_up') {
      feed.value = caughtUp(feed.value, message.position)
    } else {
      void read().then(() => connection?.reopen())
    }
  }

  /** @returns how it went; `refused` is for good, another failure may pass */
  async function read(): Promise<'read' | 'failed' | 'refused'> {
    const id = eventId
    try {
      const page = await fetchActivity(id)
      if (id !== eventId) return 'failed'
      feed.value = startFeed(page.items, page.head)
      latest.value = page.items[0] ?? null
      cursor.value = page.nextCursor
      failure.value = ''
      return 'read'
    } catch (thrown) {
      if (id === eventId) failure.value = sentenceOf(thrown)
      return isRefusal(thrown) ? 'refused' : 'failed'
    } finally {
      if (id === eventId) loading.value = false
    }
  }

  async function stillWelcome(): Promise<boolean> {
    try {
      await fetchActivity(eventId, { limit: 1 })
      return true
    } catch (thrown) {
      return !isRefusal(thrown)
    }
  }

  async function start(id: string): Promise<void> {
    stop()
    eventId = id
    loading.value = true
    failure.value = ''
    state.value = 'connecting'
    await begin(id, 0)
  }

  async function begin(id: string, failures: number): Promise<void> {
    const outcome = await read()
    if (id !== eventId) return
    if (outcome !== 'read') {
      state.value = outcome === 'refused' ? 'ended' : 'reconnecting'
      if (outcome === 'refused') return
      const again = () => void begin(id, failures + 1)
      beginning = setTimeout(again, waitBeforeRetry(failures, Math.random()))
      return
    }
    connection?.stop()
    connection = keepLive({
      open: (events) => openLive(id, feed.value.position, events),
      onMessage: take,
      onState: (now) => (state.value = now),
      stillWelcome,
    })
  }

  function stop(): void {
    clearTimeout(beginning)
    connection?.stop()
    connection = null
    eventId = ''
    feed.value = emptyFeed
    latest.value = null
    held.value = false
  }

  async function older(): Promise<void> {
    if (cursor.value === null) return
    const id = eventId
    const page = await fetchActivity(id, { cursor: cursor.value })
    // The host may have gone to another event meanwhile.
    if (id !== eventId) return
    feed.value = addOlder(feed.value, page.items)
    cursor.value = page.nextCursor
  }

  function show(): void {
    feed.value = release(feed.value)
  }

  const hurry = () => connection?.hurry()

  return { feed, state, loading, failure, cursor, held, latest, start, stop, older, show, hurry }
})
