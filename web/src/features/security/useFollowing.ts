import { onScopeDispose } from 'vue'

/** A storm of openings is followed at most this often, in milliseconds. */
const followEveryMs = 1_000

/** Reads again soon; many calls in a row are one, and a slow reading is not overtaken by the next. */
export function useFollowing(load: () => Promise<void>): { followSoon: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let again = false
  let ended = false

  async function follow(): Promise<void> {
    again = false
    await load()
    timer = undefined
    if (again) followSoon()
  }

  function followSoon(): void {
    again = true
    if (!ended) timer ??= setTimeout(() => void follow(), followEveryMs)
  }

  onScopeDispose(() => {
    ended = true
    clearTimeout(timer)
  })
  return { followSoon }
}
