import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { JsonObject, StoredRecord } from '../../src/eventstore/port.ts'
import type { MemoryVault } from '../support/memory-vault.ts'

const FOLDER = new URL('./golden/', import.meta.url)

const json = z.record(z.string(), z.json())

/**
 * `record` is a fact as a release stored it, and never changes again; its personal part stands there in clear and is
 * sealed when it is used. `fact` is what today's release makes of it.
 */
const sampleSchema = z.strictObject({
  record: z.strictObject({
    stream: z.string(),
    revision: z.int(),
    position: z.string().transform(BigInt),
    id: z.uuid(),
    type: z.string(),
    created: z.iso.datetime().transform((text) => new Date(text)),
    data: json,
    personal: json.optional(),
    metadata: z.looseObject({
      v: z.int(),
      at: z.string(),
      actor: z.string(),
      $correlationId: z.string(),
      $causationId: z.string(),
      requestDigest: z.string().optional(),
    }),
  }),
  fact: z.strictObject({ data: json, personal: json.optional() }),
})

export interface Sample extends z.output<typeof sampleSchema> {
  /** Without `.json`: the type and the version. */
  readonly name: string
}

export const samples: readonly Sample[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    name: file.slice(0, -'.json'.length),
    ...sampleSchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))),
  }))

/** @returns the record as a store holds it, sealed for `subject` when the sample has a personal part */
export async function storedRecord(
  { record }: Sample,
  vault: MemoryVault,
  subject: string | null,
): Promise<StoredRecord> {
  const { personal, data, metadata, ...rest } = record
  const stored = { ...rest, data: data as JsonObject, metadata: metadata as JsonObject }
  if (personal === undefined || subject === null) return stored
  const key = (await vault.sealingKeys([subject])).get(subject)
  if (key === undefined || key === 'erased') throw new Error(`${subject} has no key`)
  const sealed = vault.seal(key, personal, `${record.stream}\n${record.id}`)
  return { ...stored, data: { ...stored.data, $sealed: sealed } }
}
