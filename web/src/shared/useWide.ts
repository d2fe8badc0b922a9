import { onScopeDispose, ref, type Ref } from 'vue'

/** Whether the window is at least `px` wide (768: room for a table), followed as it changes. */
export function useWide(px = 768): Ref<boolean> {
  const media = window.matchMedia(`(min-width: ${String(px)}px)`)
  const wide = ref(media.matches)
  const onChange = () => (wide.value = media.matches)
  media.addEventListener('change', onChange)
  onScopeDispose(() => {
    media.removeEventListener('change', onChange)
  })
  return wide
}
