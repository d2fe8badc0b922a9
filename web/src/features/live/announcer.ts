/** A screen reader that is talked to more often, in milliseconds, cannot be used for anything else. */
export const quietForMs = 10_000

export interface Announcer<T> {
  hear: (news: T) => void
  stop: () => void
}

/**
 * Speaks of what is new: at once when it has been quiet, then at most every ten seconds, with what came meanwhile
 * taken together. `speak` gets the news in the order they came, never none.
 */
export function announcer<T>(speak: (news: readonly T[]) => void): Announcer<T> {
  let fresh: T[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function speakNow(): void {
    timer = undefined
    if (fresh.length === 0) return
    const news = fresh
    fresh = []
    timer = setTimeout(speakNow, quietForMs)
    speak(news)
  }

  return {
    hear: (news) => {
      fresh.push(news)
      if (timer === undefined) speakNow()
    },
    stop: () => {
      clearTimeout(timer)
    },
  }
}
