import { beforeEach, describe, expect, it } from 'vitest'
import { ERASED } from '../../src/events/fact.ts'
import { factTypes, specOf, type NewFact } from '../../src/events/registry.ts'
import { decode, encode, sealedSubjectOf, subjectOf } from '../../src/eventstore/codec.ts'
import type { JsonObject } from '../../src/eventstore/port.ts'
import { FreshFacts } from '../../src/eventstore/fresh-facts.ts'
import { memoryVault, type MemoryVault } from '../support/memory-vault.ts'
import { samples, storedRecord, type Sample } from './samples.ts'

const THE_HOST = 'host.01JWHHHHHHHHHHHHHHHHHHHHHH'
const THE_GUEST = 'guest.01JWZZZZZZZZZZZZZZZZZZZZZZ.01JWGGGGGGGGGGGGGGGGGGGGGG'

/** By the kind of stream: written out here, so that the rule cannot change unnoticed. */
const SEALED_FOR: Readonly<Record<string, string>> = {
  host: THE_HOST,
  settings: THE_HOST,
  guest: THE_GUEST,
  rsvps: THE_GUEST,
}

/** Whose key seals a sample. */
const subjectOfSample = ({ record }: Sample) => {
  const [, category = '', rest = ''] = /^([a-z]+)(?:\.\w+)?-(\w+)/.exec(record.stream) ?? []
  const kind = category === 'event' ? rest : category
  return record.personal === undefined ? null : (SEALED_FOR[kind] ?? null)
}

const isCurrent = ({ record }: Sample) => specOf(record.type)?.version === record.metadata.v

let vault: MemoryVault
beforeEach(() => {
  vault = memoryVault()
})

describe('the golden samples', () => {
  it('are one for every version of every type of fact, and no others', () => {
    const expected = factTypes.flatMap((type) =>
      Array.from({ length: specOf(type)?.version ?? 0 }, (_, i) => `${type}.v${String(i + 1)}`),
    )
    expect(samples.map(({ name }) => name).sort()).toEqual(expected.sort())
  })

  it.each(samples)('$name is called what it holds', ({ name, record }) => {
    expect(name).toBe(`${record.type}.v${String(record.metadata.v)}`)
  })

  it.each(samples)('$name still decodes to the same fact', async (sample) => {
    const subject = subjectOfSample(sample)
    const stored = await storedRecord(sample, vault, subject)
    expect(sealedSubjectOf(stored)).toBe(subject)
    const key = subject === null ? null : ((await vault.openingKeys([subject])).get(subject) ?? null)
    const { record, fact } = sample
    expect(decode(vault, stored, key)).toEqual({
      type: record.type,
      ...fact,
      id: record.id,
      stream: record.stream,
      revision: record.revision,
      position: record.position,
      at: Date.parse(record.metadata.at),
      actor: record.metadata.actor,
      correlationId: record.metadata.$correlationId,
      causationId: record.metadata.$causationId,
      requestDigest: record.metadata.requestDigest ?? null,
    })
  })

  it.each(samples.filter(({ record }) => record.personal !== undefined))(
    '$name decodes without its personal part once that is erased',
    async (sample) => {
      const stored = await storedRecord(sample, vault, subjectOfSample(sample))
      expect(decode(vault, stored, ERASED)).toMatchObject({ data: sample.fact.data, personal: ERASED })
    },
  )

  it.each(samples.filter(isCurrent))('$name is what is written today', async (sample) => {
    const { record, fact } = sample
    const { $correlationId, $causationId, requestDigest, at, actor } = record.metadata
    const written = { type: record.type, ...fact } as unknown as NewFact
    const subject = subjectOf(record.stream, written)
    const { id, type, data, metadata } = await storedRecord(sample, vault, subject)
    const key = subject === null ? null : ((await vault.sealingKeys([subject])).get(subject) ?? null)
    const context = {
      commandId: $causationId,
      correlationId: $correlationId,
      actor,
      at: Date.parse(at),
      ...(requestDigest === undefined ? {} : { requestDigest }),
    }
    const encoded = encode(vault, record.stream, written, record.id, key, context)
    const opened = (of: JsonObject) =>
      typeof of['$sealed'] === 'string' && key !== null && key !== ERASED
        ? { ...of, $sealed: vault.open(key, of['$sealed'], `${record.stream}\n${record.id}`) }
        : of
    expect({ ...encoded.record, data: opened(encoded.record.data) }).toEqual({
      id,
      type,
      data: opened(data),
      metadata,
    })

    const stored = {
      ...encoded.record,
      stream: record.stream,
      revision: 4,
      position: 9n,
      created: new Date(0),
    }
    const fresh = new FreshFacts()
    fresh.add(encoded, context)
    // Only what is sealed is kept.
    const expected = record.personal === undefined ? undefined : decode(vault, stored, key)
    expect(fresh.find(stored, key)).toEqual(expected)
  })
})
