export interface LatestOnlyOptions<W, A> {
  /** How long wishes must pause before the last of them is read, in milliseconds. */
  delayMs: number
  read: (wish: W, signal: AbortSignal) => Promise<A>
  onAnswer: (answer: A) => void
  onFailure: (thrown: unknown) => void
}

export interface LatestOnly<W> {
  /** Reads this soon; every wish before it is forgotten, with the answer that may be on its way. */
  wish: (wish: W) => void
  /** The same without the pause. */
  wishNow: (wish: W) => void
  stop: () => void
}

/** Reads for the newest wish only: what was asked for earlier is aborted, and an answer to it is dropped. */
export function latestOnly<W, A>({
  delayMs,
  read,
  onAnswer,
  onFailure,
}: LatestOnlyOptions<W, A>): LatestOnly<W> {
  let running = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(timer)
    running.abort()
  }

  async function readFor(wish: W): Promise<void> {
    const { signal } = (running = new AbortController())
    try {
      const answer = await read(wish, signal)
      if (!signal.aborted) onAnswer(answer)
    } catch (thrown) {
      if (!signal.aborted) onFailure(thrown)
    }
  }

  return {
    wish: (wish) => {
      stop()
      timer = setTimeout(() => void readFor(wish), delayMs)
    },
    wishNow: (wish) => {
      stop()
      void readFor(wish)
    },
    stop,
  }
}
