import { onMounted, onUnmounted, ref, watch, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'

export interface Leaving {
  /** Whether the host is being asked; false is an answer, too: to stay. */
  asking: Ref<boolean>
  /** The host wants to leave without saving. */
  leave: () => Promise<void>
}

/** Asks before what is not saved is left: within the product by a dialog, for what the browser does by its own. */
export function useLeaving(unsaved: Ref<boolean>): Leaving {
  const asking = ref(false)
  let answer: ((goes: boolean) => void) | null = null

  function settle(goes: boolean): void {
    answer?.(goes)
    answer = null
  }

  function ask(): true | Promise<boolean> {
    if (!unsaved.value) return true
    settle(false)
    asking.value = true
    return new Promise((resolve) => {
      answer = resolve
    })
  }
  onBeforeRouteLeave(ask)
  onBeforeRouteUpdate(ask)
  watch(asking, (now) => {
    if (!now) settle(false)
  })

  function stay(event: BeforeUnloadEvent): void {
    if (unsaved.value) event.preventDefault()
  }
  onMounted(() => {
    addEventListener('beforeunload', stay)
  })
  onUnmounted(() => {
    removeEventListener('beforeunload', stay)
  })

  return {
    asking,
    leave: () => {
      settle(true)
      return Promise.resolve()
    },
  }
}
