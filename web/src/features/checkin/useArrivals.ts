import { useLoad, type Load } from '@shared/useLoad.ts'
import { onScopeDispose, watch } from 'vue'
import { useLive } from '../live/live.store.ts'
import { useWhenBack } from '../live/useWhenBack.ts'
import { fetchArrivals, type Arrivals } from './checkin.api.ts'

/** Several doors at once make many arrivals a second; the figures follow this often, in milliseconds. */
const atMostEveryMs = 1_000

/** Reads again as things happen at the event. */
function reloadLive(load: () => Promise<void>): void {
  const live = useLive()
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => live.latest,
    () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void load()
      }, atMostEveryMs)
    },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
  })
}

/** Who is there, live. */
export function useArrivals(eventId: () => string): Load<Arrivals> {
  const arrivals = useLoad((signal) => fetchArrivals(eventId(), signal))
  watch(eventId, arrivals.load, { immediate: true })
  reloadLive(arrivals.load)
  useWhenBack(() => void arrivals.load())
  return arrivals
}
