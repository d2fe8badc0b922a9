import { onScopeDispose, ref, type Ref } from 'vue'

export interface Countdown {
  /** Whole seconds that are left; 0 when it is over or was never started. */
  left: Readonly<Ref<number>>
  start: (seconds: number) => void
}

/** Counts down by the clock, so that a page that slept while its guest read the mail shows what is really left. */
export function useCountdown(): Countdown {
  const left = ref(0)
  let end = 0
  let timer: ReturnType<typeof setInterval> | undefined

  function tick(): void {
    left.value = Math.max(0, Math.ceil((end - Date.now()) / 1_000))
    if (left.value === 0) clearInterval(timer)
  }

  function start(seconds: number): void {
    clearInterval(timer)
    end = Date.now() + seconds * 1_000
    timer = setInterval(tick, 250)
    tick()
  }

  onScopeDispose(() => {
    clearInterval(timer)
  })
  return { left, start }
}
