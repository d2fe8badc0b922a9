import { onScopeDispose } from 'vue'
import { KeyScanner } from './key-scanner.ts'

/** Takes what a hardware scanner types while nobody writes into a field. */
export function useKeyScanner(scanned: (text: string) => void): void {
  const keys = new KeyScanner()

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target instanceof Element ? event.target : null
    if (target?.closest('input, textarea, select') != null) return
    const text = keys.press(event.key, event.timeStamp)
    if (text === null) return
    // Enter would press whatever button has the focus.
    event.preventDefault()
    scanned(text)
  }

  addEventListener('keydown', onKey, { capture: true })
  onScopeDispose(() => {
    removeEventListener('keydown', onKey, { capture: true })
  })
}
