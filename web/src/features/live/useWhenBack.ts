import { watch } from 'vue'
import { useLive } from './live.store.ts'

/** Calls back when the live feed is connected, at first and again after the server was away. */
export function useWhenBack(back: () => void): void {
  const live = useLive()
  watch(
    () => live.state,
    (now) => {
      if (now === 'live') back()
    },
  )
}
