import { ERASED, type Erased } from '../../src/events/fact.ts'
import type { PersonalData } from '../../src/eventstore/codec.ts'
import type { JsonValue } from '../../src/eventstore/port.ts'

/**
 * Keys in memory, texts in clear: for tests that are not about cryptography. A sealed text names its key and its place,
 * and opens with that key at that place only. No two are the same, as with real keys.
 */
export interface MemoryVault extends PersonalData<MemoryKey> {
  forget(subject: string): void
}

interface MemoryKey {
  readonly subject: string
}

export function memoryVault(): MemoryVault {
  const keys = new Map<string, MemoryKey | Erased>()
  let sealed = 0
  const openingKeys = (subjects: readonly string[]): Promise<ReadonlyMap<string, MemoryKey | Erased>> =>
    Promise.resolve(
      new Map(
        subjects.flatMap((subject) => {
          const key = keys.get(subject)
          return key === undefined ? [] : [[subject, key] as const]
        }),
      ),
    )
  return {
    sealingKeys(subjects) {
      for (const subject of subjects) if (!keys.has(subject)) keys.set(subject, { subject })
      return openingKeys(subjects)
    },
    openingKeys,
    seal: (key, plain, aad) => JSON.stringify([key.subject, aad, plain, sealed++]),
    open(key, text, aad) {
      const [sealedFor, place, plain] = JSON.parse(text) as [string, string, JsonValue]
      if (sealedFor !== key.subject || place !== aad) throw new Error('the sealed text was altered or moved')
      return plain
    },
    forget: (subject) => {
      keys.set(subject, ERASED)
    },
  }
}
