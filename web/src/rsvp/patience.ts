const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/**
 * Tries again when no answer arrived: telephones lose the network between two cells for about this long.
 * @param attempt must be safe to repeat
 * @param isLost tells a lost answer from a refusal, which is final
 * @param pausesMs before each further try
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  isLost: (thrown: unknown) => boolean,
  pausesMs: readonly number[] = [700, 2_000],
): Promise<T> {
  for (const ms of pausesMs) {
    try {
      return await attempt()
    } catch (thrown) {
      if (!isLost(thrown)) throw thrown
      await pause(ms)
    }
  }
  return attempt()
}

/** @returns what `work` gives, or null when it fails or takes longer than `ms`. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  return Promise.race([work.catch(() => null), pause(ms).then(() => null)])
}
