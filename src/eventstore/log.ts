import type { Erased } from '../events/fact.ts'
import { factTypes, type Fact, type FactType, type NewFact, type PublicFact } from '../events/registry.ts'
import { factId } from '../kernel/ids.ts'
import {
  decode,
  decodePublic,
  encode,
  sealedSubjectOf,
  subjectOf,
  UndecodableFact,
  type CommandContext,
  type PersonalData,
} from './codec.ts'
import { FreshFacts } from './fresh-facts.ts'
import type { AppendResult, EventStore, ExpectedRevision, LogFilter, Position, StoredRecord } from './port.ts'

/** The facts of one command, to be appended with those of others that wait for the same stream. */
export interface Decision {
  readonly facts: readonly NewFact[]
  readonly context: CommandContext
}

/** One record of the log: a fact, or the reason why it cannot be read. */
export type Decoded =
  | { readonly ok: true; readonly fact: Fact }
  | { readonly ok: false; readonly record: StoredRecord; readonly error: UndecodableFact }

/**
 * The log of facts: the event store with schemas, versions and sealed personal data. What goes in is valid and sealed
 * before it leaves the process; what comes out is of today's shape.
 */
export interface Log {
  /** Appends the facts of all decisions to one stream, in order, or none. @throws as `EventStore.append` */
  append(stream: string, expected: ExpectedRevision, decisions: readonly Decision[]): Promise<AppendResult>
  /** Facts of a stream from a revision on; `revision` is of its last fact, -1 when it does not exist. @throws UndecodableFact */
  read(stream: string, from?: number): Promise<{ facts: readonly Fact[]; revision: number }>
  /** Decodes records read by other means; a record that cannot be read does not hide the others. */
  decode(records: readonly StoredRecord[]): Promise<readonly Decoded[]>
  /** The ordered history of a category after a position, in pages. @throws UndecodableFact */
  category(category: string, after?: Position): AsyncIterable<readonly Fact[]>
  /**
   * The ordered history of a category, only the facts of these types, each without its personal part: nothing that is
   * sealed is opened, which is most of the work of reading. Pages of all records, so some may be empty.
   * @throws UndecodableFact, also for a type that this version does not know
   */
  publicCategory<T extends FactType>(
    category: string,
    types: readonly T[],
  ): AsyncIterable<readonly PublicFact<T>[]>
  /** The ordered history of the log after a position, in pages of records to `decode`. */
  all(options: {
    after: Position
    filter?: LogFilter
    pageSize?: number
  }): AsyncIterable<readonly StoredRecord[]>
  head(): Promise<Position>
}

/**
 * Records of a page of `publicCategory`: some 10 ms of the process, which others wait for. Pages of 4,000 were hardly
 * faster (measured), since each page is asked for while the one before is decoded.
 */
const PUBLIC_PAGE = 1_000

/**
 * What names the facts of a command. The digest of the request is part of it, so that a store never takes another
 * request under the same idempotency key for a retry.
 */
const seedOf = ({ commandId, requestDigest }: CommandContext) =>
  requestDigest === undefined ? commandId : `${commandId}/${requestDigest}`

function encodeAll<Key>(
  vault: PersonalData<Key>,
  keys: ReadonlyMap<string, Key | Erased>,
  stream: string,
  decisions: readonly Decision[],
) {
  return decisions.flatMap(({ facts, context }) =>
    facts.map((fact, index) => {
      const subject = subjectOf(stream, fact)
      const key = subject === null ? null : (keys.get(subject) ?? null)
      const id = factId(seedOf(context), stream, index)
      return { context, encoded: encode(vault, stream, fact, id, key, context) }
    }),
  )
}

/** Whose key opens a record, or why that cannot be told: its type does not belong into its stream. */
function subjectIn(record: StoredRecord): string | null | UndecodableFact {
  try {
    return sealedSubjectOf(record)
  } catch (error) {
    return new UndecodableFact(
      record,
      error instanceof Error ? error.message : 'whose it is cannot be told',
      error,
    )
  }
}

async function decodeAll<Key>(
  vault: PersonalData<Key>,
  freshFacts: FreshFacts,
  records: readonly StoredRecord[],
): Promise<Decoded[]> {
  const subjects = records.map(subjectIn)
  const keys = await vault.openingKeys([
    ...new Set(subjects.filter((subject) => typeof subject === 'string')),
  ])
  return records.map((record, i) => {
    const subject = subjects[i] ?? null
    if (subject instanceof UndecodableFact) return { ok: false, record, error: subject }
    const key = subject === null ? null : (keys.get(subject) ?? null)
    try {
      return { ok: true, fact: freshFacts.find(record, key) ?? decode(vault, record, key) }
    } catch (error) {
      if (error instanceof UndecodableFact) return { ok: false, record, error }
      throw error
    }
  })
}

function factsOf(decoded: readonly Decoded[]): Fact[] {
  return decoded.map((one) => {
    if (!one.ok) throw one.error
    return one.fact
  })
}

export function createLog<Key>(store: EventStore, vault: PersonalData<Key>): Log {
  const freshFacts = new FreshFacts()
  return {
    async append(stream, expected, decisions) {
      const subjects = new Set<string>()
      for (const { facts } of decisions) {
        for (const fact of facts) {
          const subject = subjectOf(stream, fact)
          if (subject !== null) subjects.add(subject)
        }
      }
      const keys = await vault.sealingKeys([...subjects])
      const records = encodeAll(vault, keys, stream, decisions).map(({ encoded, context }) => {
        freshFacts.add(encoded, context)
        return encoded.record
      })
      return store.append(stream, expected, records)
    },
    async read(stream, from = 0) {
      const slice = await store.readStream(stream, { from })
      if (!slice.exists) return { facts: [], revision: -1 }
      return {
        facts: factsOf(await decodeAll(vault, freshFacts, slice.records)),
        revision: slice.lastRevision,
      }
    },
    decode: (records) => decodeAll(vault, freshFacts, records),
    async *category(category, after) {
      for await (const page of store.readCategory(category, after === undefined ? {} : { after })) {
        yield factsOf(await decodeAll(vault, freshFacts, page))
      }
    },
    async *publicCategory<T extends FactType>(category: string, types: readonly T[]) {
      const skipped = new Set<string>(factTypes.filter((type) => !types.some((wanted) => wanted === type)))
      for await (const page of store.readCategory(category, { pageSize: PUBLIC_PAGE })) {
        const wanted = page.filter((record) => !skipped.has(record.type))
        yield wanted.map((record) => decodePublic(record) as PublicFact<T>)
      }
    },
    all: (options) => store.readAll(options),
    head: () => store.head(),
  }
}
