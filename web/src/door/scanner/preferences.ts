import { ref, watch, type Ref } from 'vue'

/** A switch that the device remembers. */
function remembered(key: string, otherwise: boolean): Ref<boolean> {
  const value = ref(otherwise)
  try {
    value.value = (localStorage.getItem(key) ?? String(otherwise)) === 'true'
    watch(value, (now) => {
      localStorage.setItem(key, String(now))
    })
  } catch {
    // storage is switched off: the choice then lasts for this page
  }
  return value
}

/** Dark ink on white: what can be read in the sun. */
export const bright = remembered('gg-door-bright', false)
export const sound = remembered('gg-door-sound', true)

watch(
  bright,
  (now) => {
    document.documentElement.dataset['theme'] = now ? 'bright' : 'dark'
  },
  { immediate: true },
)
