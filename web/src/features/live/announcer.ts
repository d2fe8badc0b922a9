import type { ActivityItem } from '@contracts/activity.ts'

/** A screen reader that is talked to more often, in milliseconds, cannot be used for anything else. */
export const quietForMs = 10_000

export interface Announcer {
  hear: (item: ActivityItem) => void
  stop: () => void
}

/**
 * Speaks of new activity: at once when it has been quiet, then at most every ten seconds, with what came meanwhile
 * taken together. `speak` gets the items in the order they came, never none.
 */
export function announcer(speak: (items: readonly ActivityItem[]) => void): Announcer {
  let fresh: ActivityItem[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function speakNow(): void {
    timer = undefined
    if (fresh.length === 0) return
    const items = fresh
    fresh = []
    timer = setTimeout(speakNow, quietForMs)
    speak(items)
  }

  return {
    hear: (item) => {
      fresh.push(item)
      if (timer === undefined) speakNow()
    },
    stop: () => {
      clearTimeout(timer)
    },
  }
}
