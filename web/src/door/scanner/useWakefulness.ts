import { onScopeDispose } from 'vue'

/** Keeps the screen on while the page is in sight: a door that sleeps has to be woken for each guest. */
export function useWakefulness(): void {
  let lock: WakeLockSentinel | null = null

  async function hold(): Promise<void> {
    if (document.hidden || !('wakeLock' in navigator)) return
    // Refused when the battery is low: then the phone knows better.
    lock = await navigator.wakeLock.request('screen').catch(() => null)
  }
  // The browser lets go of it whenever the page is hidden.
  const onVisible = () => void hold()

  document.addEventListener('visibilitychange', onVisible)
  void hold()
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', onVisible)
    void lock?.release()
  })
}
