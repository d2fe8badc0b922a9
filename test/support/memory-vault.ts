import { ERASED, type Erased } from '../../src/events/fact.ts'
import type { PersonalData } from '../../src/eventstore/codec.ts'
import type { JsonValue } from '../../src/eventstore/port.ts'

/**
 * A vault without cryptography, for tests that look at what is stored: a sealed text is JSON that names its key and its
 * place, and opens with that key at that place only. A key is the name of its subject.
 */
export class MemoryVault implements PersonalData<string> {
  private readonly keys = new Map<string, string | Erased>()

  sealingKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, string | Erased>> {
    for (const subject of subjects) if (!this.keys.has(subject)) this.keys.set(subject, subject)
    return this.openingKeys(subjects)
  }

  openingKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, string | Erased>> {
    const found = new Map<string, string | Erased>()
    for (const subject of subjects) {
      const key = this.keys.get(subject)
      if (key !== undefined) found.set(subject, key)
    }
    return Promise.resolve(found)
  }

  forget(subject: string): void {
    this.keys.set(subject, ERASED)
  }

  seal(key: string, plain: JsonValue, aad: string): string {
    return JSON.stringify({ key, aad, plain })
  }

  open(key: string, sealed: string, aad: string): JsonValue {
    const parts = JSON.parse(sealed) as { key: string; aad: string; plain: JsonValue }
    if (parts.key !== key || parts.aad !== aad) throw new Error('the sealed text was altered or moved')
    return parts.plain
  }
}
