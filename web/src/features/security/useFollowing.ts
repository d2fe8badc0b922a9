import { onScopeDispose } from 'vue'

/** A storm of openings is followed at most this often, in milliseconds. */
const followEveryMs = 1_000

/** Reads again soon; many calls in a row are one, and a slow reading is not overtaken by the next. */
export function useFollowing(load: () => Promise<void>): { followSoon: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let wishes = 0
  let ended = false

  async function follow(): Promise<void> {
    const fulfilled = wishes
    await load()
    timer = undefined
    if (wishes > fulfilled) followSoon()
  }

  function followSoon(): void {
    wishes += 1
    if (!ended) timer ??= setTimeout(() => void follow(), followEveryMs)
  }

  onScopeDispose(() => {
    ended = true
    clearTimeout(timer)
  })
  return { followSoon }
}
