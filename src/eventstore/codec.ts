import { z } from 'zod'
import { ERASED, actorSchema, type Actor, type Envelope, type Erased, type FactSpec } from '../events/fact.ts'
import { specOf, type Fact, type NewFact, type PublicFact } from '../events/registry.ts'
import type { JsonObject, JsonValue, NewRecord, StoredRecord } from './port.ts'

/** Member of a record's data that holds the sealed personal part. No fact may have a field of this name. */
const SEALED = '$sealed'

/** Who decided something, when, and on whose request. */
export interface CommandContext {
  /** UUID; the ids of the command's facts are derived from it. */
  readonly commandId: string
  readonly actor: Actor
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly correlationId: string
  /** Keyed hash of the request, for requests that carry an idempotency key. */
  readonly requestDigest?: string
}

/**
 * What the codec needs of the vault. Keys are looked up for many facts at once, sealing and opening are synchronous:
 * an opening link passes here several times.
 */
export interface PersonalData<Key> {
  /** Keys to seal with; makes one for a subject that has none. `ERASED` for a forgotten subject. */
  sealingKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, Key | Erased>>
  /** Keys to open with. `ERASED` for a forgotten subject; a subject that has never had a key is left out. */
  openingKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, Key | Erased>>
  seal(key: Key, plain: JsonValue, aad: string): string
  /** @throws when the text was altered or belongs to another fact */
  open(key: Key, sealed: string, aad: string): JsonValue
}

/** A record of the log that this version cannot read: unknown type, newer version, wrong shape. Never skipped silently. */
export class UndecodableFact extends Error {
  readonly stream: string
  readonly revision: number
  readonly type: string

  constructor(record: StoredRecord, reason: string, cause?: unknown) {
    super(`${record.type} at ${record.stream}@${String(record.revision)}: ${reason}`, { cause })
    this.name = 'UndecodableFact'
    this.stream = record.stream
    this.revision = record.revision
    this.type = record.type
  }
}

const metadataSchema = z.object({
  v: z.int().min(1),
  at: z.iso.datetime(),
  actor: actorSchema,
  $correlationId: z.string(),
  $causationId: z.string(),
  requestDigest: z.string().optional(),
})

function requireSpec(type: string): FactSpec {
  const spec = specOf(type)
  if (spec === undefined) throw new Error(`${type} is not a fact of this version`)
  return spec
}

/** @returns the sealed part of a record's data, null when it has none */
export function sealedOf({ data }: Pick<NewRecord, 'data'>): string | null {
  const sealed = data[SEALED]
  return typeof sealed === 'string' && sealed !== '' ? sealed : null
}

/** @returns the subject whose key seals this fact, null for a fact without personal data */
export function subjectOf(stream: string, fact: NewFact): string | null {
  const spec = requireSpec(fact.type)
  return spec.personal === null ? null : spec.subject(stream, fact.data)
}

/** The additional authenticated data: binds a sealed text to its place, so that it cannot be moved to another fact. */
const aadOf = (stream: string, id: string) => `${stream}\n${id}`

/** A fact as it goes into a store, and the body that `decode` would make of it again. */
export interface Encoded {
  readonly record: NewRecord
  readonly body: NewFact
}

/**
 * Validates a fact against its schema and seals its personal part.
 * @param key of `subjectOf(stream, fact)`; with `ERASED` the personal part is dropped: the person asked to be forgotten
 */
export function encode<Key>(
  vault: PersonalData<Key>,
  stream: string,
  fact: NewFact,
  id: string,
  key: Key | Erased | null,
  context: CommandContext,
): Encoded {
  const spec = requireSpec(fact.type)
  const { type } = fact
  const data = spec.data.parse(fact.data) as JsonObject
  const metadata: JsonObject = {
    v: spec.version,
    at: new Date(context.at).toISOString(),
    actor: context.actor,
    $correlationId: context.correlationId,
    $causationId: context.commandId,
    ...(context.requestDigest === undefined ? {} : { requestDigest: context.requestDigest }),
  }
  if (spec.personal === null || !('personal' in fact)) {
    return { record: { id, type, data, metadata }, body: { type, data } as unknown as NewFact }
  }
  if (key === null) throw new Error(`${type} needs a key`)
  const personal = spec.personal.parse(fact.personal) as JsonValue
  const sealed = key === ERASED ? '' : vault.seal(key, personal, aadOf(stream, id))
  const record = { id, type, data: { ...data, [SEALED]: sealed }, metadata }
  return { record, body: { type, data, personal } as unknown as NewFact }
}

/**
 * Turns stored data into today's shape, one version after the other.
 * @throws UndecodableFact for a version that is newer than the spec, or has no way up
 */
export function upcast(spec: FactSpec, version: number, record: StoredRecord, data: Record<string, unknown>) {
  if (version > spec.version) {
    throw new UndecodableFact(
      record,
      `version ${String(version)} was written by a newer release (known: ${String(spec.version)})`,
    )
  }
  let shape = data
  for (let from = version; from < spec.version; from++) {
    const upcaster = spec.upcasters[from]
    if (upcaster === undefined) throw new UndecodableFact(record, `no upcaster from version ${String(from)}`)
    shape = upcaster(shape)
  }
  return shape
}

/** @returns the subject whose key opens this record, null when nothing is sealed in it */
export function sealedSubjectOf(record: StoredRecord): string | null {
  const spec = specOf(record.type)
  if (spec?.personal == null || sealedOf(record) === null) return null
  return spec.subject(record.stream, record.data)
}

function envelopeOf(record: StoredRecord, metadata: z.infer<typeof metadataSchema>): Envelope {
  return {
    id: record.id,
    stream: record.stream,
    revision: record.revision,
    position: record.position,
    at: Date.parse(metadata.at),
    actor: metadata.actor,
    correlationId: metadata.$correlationId,
    causationId: metadata.$causationId,
    requestDigest: metadata.requestDigest ?? null,
  }
}

/**
 * Turns a record of the log into a fact of today's shape, without its personal part: nothing is opened, no key is needed.
 * @throws UndecodableFact
 */
export function decodePublic(record: StoredRecord): PublicFact {
  return decoding(record, () => bodyOf(record, requireKnown(record)) as unknown as PublicFact)
}

/**
 * Turns a record of the log into a fact of today's shape.
 * @param key of `sealedSubjectOf(record)`
 * @throws UndecodableFact
 */
export function decode<Key>(vault: PersonalData<Key>, record: StoredRecord, key: Key | Erased | null): Fact {
  return decoding(record, () => {
    const spec = requireKnown(record)
    const body = bodyOf(record, spec)
    if (spec.personal === null) return body as unknown as Fact
    const sealed = record.data[SEALED]
    if (typeof sealed !== 'string') throw new UndecodableFact(record, 'its sealed part is missing')
    if (sealed === '' || key === ERASED) return { ...body, personal: ERASED } as unknown as Fact
    if (key === null) throw new UndecodableFact(record, 'the vault has no key for it and none was erased')
    const personal = spec.personal.parse(vault.open(key, sealed, aadOf(record.stream, record.id)))
    return { ...body, personal } as unknown as Fact
  })
}

function requireKnown(record: StoredRecord): FactSpec {
  const spec = specOf(record.type)
  if (spec === undefined) throw new UndecodableFact(record, 'this version does not know the type')
  return spec
}

function bodyOf(record: StoredRecord, spec: FactSpec) {
  const metadata = metadataSchema.parse(record.metadata)
  const { [SEALED]: _sealed, ...stored } = record.data
  const data = spec.data.parse(upcast(spec, metadata.v, record, stored))
  return { type: record.type, data, ...envelopeOf(record, metadata) }
}

function decoding<F>(record: StoredRecord, decoded: () => F): F {
  try {
    return decoded()
  } catch (error) {
    if (error instanceof UndecodableFact) throw error
    throw new UndecodableFact(record, error instanceof Error ? error.message : 'cannot be decoded', error)
  }
}
