import { onMounted, onUnmounted } from 'vue'

/** Calls back when the network has come back or the page is looked at again after it was hidden. */
export function useWakeUp(awake: () => void): void {
  const onVisible = () => {
    if (document.visibilityState === 'visible') awake()
  }
  onMounted(() => {
    window.addEventListener('online', awake)
    document.addEventListener('visibilitychange', onVisible)
  })
  onUnmounted(() => {
    window.removeEventListener('online', awake)
    document.removeEventListener('visibilitychange', onVisible)
  })
}
