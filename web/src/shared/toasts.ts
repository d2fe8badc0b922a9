import { readonly, ref } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'good' | 'danger'
  /** What can still be done about it, such as to undo. */
  action: { label: string; run: () => void } | null
  /** What it is about; an earlier message about the same goes, and with it an undo that is out of date. */
  about: string | null
}

/** Long enough to read and to reach the button; a toast with an action stays twice as long. */
const shownForMs = 6_000

const toasts = ref<Toast[]>([])
let lastId = 0

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Shows a short message at the edge of the screen; it is read out politely. Keeps the newest three. */
export function showToast(
  text: string,
  { tone = 'good', action = null, about = null }: Partial<Pick<Toast, 'tone' | 'action' | 'about'>> = {},
): void {
  const toast: Toast = { id: ++lastId, text, tone, action, about }
  const others = toasts.value.filter((earlier) => about === null || earlier.about !== about)
  toasts.value = [...others.slice(-2), toast]
  setTimeout(
    () => {
      dismissToast(toast.id)
    },
    toast.action ? shownForMs * 2 : shownForMs,
  )
}

export const shownToasts = readonly(toasts)
