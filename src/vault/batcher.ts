interface Waiting<V> {
  readonly promise: Promise<V | undefined>
  resolve(value: V | undefined): void
  reject(error: unknown): void
}

/**
 * Turns many concurrent look-ups into few queries: what is asked for while a batch is under way forms the next one.
 * @param load answers a batch; keys that are not in its answer get `undefined`
 * @param maxSize most keys of one batch
 */
export function batched<V>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  maxSize: number,
): (key: string) => Promise<V | undefined> {
  let queue = new Map<string, Waiting<V>>()
  let running = false

  const answer = async (batch: ReadonlyMap<string, Waiting<V>>): Promise<void> => {
    try {
      const found = await load([...batch.keys()])
      for (const [key, waiting] of batch) waiting.resolve(found.get(key))
    } catch (error) {
      for (const waiting of batch.values()) waiting.reject(error)
    }
  }

  const run = async (): Promise<void> => {
    while (queue.size > 0) {
      const entries = [...queue]
      queue = new Map(entries.slice(maxSize))
      await answer(new Map(entries.slice(0, maxSize)))
    }
    running = false
  }

  return (key) => {
    const queued = queue.get(key)
    if (queued !== undefined) return queued.promise
    const waiting = Promise.withResolvers<V | undefined>()
    queue.set(key, waiting)
    if (!running) {
      running = true
      // After this turn of the event loop, so that everything asked for in it shares the batch.
      setImmediate(() => void run())
    }
    return waiting.promise
  }
}
