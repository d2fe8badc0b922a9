import { readonly, ref } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'good' | 'danger'
  /** What can still be done about it, such as to undo. */
  action: { label: string; run: () => void } | null
}

/** Long enough to read and to reach the button; a toast with an action stays twice as long. */
const shownForMs = 6_000

const toasts = ref<Toast[]>([])
let lastId = 0

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Shows a short message at the edge of the screen; it is read out politely. Keeps the newest three. */
export function showToast(text: string, extra: Partial<Pick<Toast, 'tone' | 'action'>> = {}): void {
  const toast: Toast = { id: ++lastId, text, tone: extra.tone ?? 'good', action: extra.action ?? null }
  toasts.value = [...toasts.value.slice(-2), toast]
  setTimeout(
    () => {
      dismissToast(toast.id)
    },
    toast.action ? shownForMs * 2 : shownForMs,
  )
}

export const shownToasts = readonly(toasts)
