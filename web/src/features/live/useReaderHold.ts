import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'

export interface ReaderHold {
  held: ComputedRef<boolean>
  /** For the list: pointer and focus inside keep its rows where they are. */
  listeners: Record<string, (event: Event) => void>
}

/** Pixels; lists of a few hundred rows are about 50,000 long. */
const farBelow = 1_000_000

/**
 * Whether rows must stay where they are: the reader paused, has scrolled down (`top` is out of sight), points at the
 * list, or has the keyboard focus in it.
 */
export function useReaderHold(top: Ref<HTMLElement | null>, paused: Ref<boolean>): ReaderHold {
  const pointed = ref(false)
  const focused = ref(false)
  const scrolled = ref(false)
  // It tells of changes only, so being below must count as being in sight: who jumps past the top has never seen it.
  const observer = new IntersectionObserver(
    (entries) => {
      scrolled.value = entries.at(-1)?.isIntersecting === false
    },
    { rootMargin: `0px 0px ${String(farBelow)}px` },
  )
  watch(top, (element, before) => {
    if (before) observer.unobserve(before)
    if (element) observer.observe(element)
    else scrolled.value = false
  })
  onScopeDispose(() => {
    observer.disconnect()
  })

  return {
    held: computed(() => paused.value || scrolled.value || pointed.value || focused.value),
    listeners: {
      // A finger never hovers: what it touches ends with the touch.
      pointerenter: (event) => (pointed.value = (event as PointerEvent).pointerType === 'mouse'),
      pointerleave: () => (pointed.value = false),
      focusin: (event) => (focused.value = (event.target as Element).matches(':focus-visible')),
      focusout: () => (focused.value = false),
    },
  }
}
