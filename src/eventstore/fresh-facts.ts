import { LRUCache } from 'lru-cache'
import { ERASED, type Erased } from '../events/fact.ts'
import type { Fact, NewFact } from '../events/registry.ts'
import { sealedOf, type CommandContext, type Encoded } from './codec.ts'
import type { StoredRecord } from './port.ts'

/** Facts kept, of some 2 kB each. A subscriber that is further behind decodes them. */
const KEPT = 2_000

interface Fresh {
  readonly sealed: string
  readonly body: NewFact
  readonly context: CommandContext
}

/**
 * The facts that this process has just appended, so that its own subscribers need not open what it has just sealed: that
 * was 6 % of an opening, by CPU profile. A record is known by its sealed text, which no two encodings share, so that what
 * another process recorded under the same id is not taken for ours.
 */
export class FreshFacts {
  readonly #facts = new LRUCache<string, Fresh>({ max: KEPT })

  /** To be called before the append, or a subscriber may come first; what is not appended is never asked for. */
  add({ record, body }: Encoded, context: CommandContext): void {
    const sealed = sealedOf(record)
    if (sealed !== null) this.#facts.set(record.id, { sealed, body, context })
  }

  /**
   * @param key of the person the record is about; only whether it is erased matters
   * @returns undefined for a record that has to be decoded
   */
  find(record: StoredRecord, key: unknown): Fact | undefined {
    const fresh = this.#facts.get(record.id)
    if (fresh === undefined || fresh.sealed !== sealedOf(record)) return undefined
    const { body, context } = fresh
    const { id, stream, revision, position } = record
    const { at, actor, correlationId, commandId: causationId, requestDigest = null } = context
    const envelope = { id, stream, revision, position, at, actor, correlationId, causationId, requestDigest }
    const personal: Partial<Record<'personal', Erased>> = key === ERASED ? { personal: ERASED } : {}
    return { ...body, ...personal, ...envelope }
  }
}
