import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { factTypes, specOf } from '../../src/events/registry.ts'

const specs = factTypes.map((type) => {
  const spec = specOf(type)
  if (spec === undefined) throw new Error(`${type} has no spec`)
  return spec
})

/** Words that name something of a person. A field of `data` is stored in clear for ever, so it may hold none of it. */
const PERSONAL = new Set(
  'name names email mail phone tel ip address agent fingerprint digest prefix lat lon latitude longitude place places city country note contact password hash user'.split(
    ' ',
  ),
)

/** What a host calls an event is about the event. */
const OF_THE_EVENT = ['EventCreated.name', 'EventDetailsChanged.name']

interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly additionalProperties?: JsonSchema | boolean
}

/** @returns the fields of a schema, however deep; a yes or no tells nothing about who it is */
function fieldsOf(schema: JsonSchema): string[] {
  const below = [schema.items, ...(schema.anyOf ?? []), schema.additionalProperties]
  const nested = below.flatMap((one) => (typeof one === 'object' ? fieldsOf(one) : []))
  const own = Object.entries(schema.properties ?? {}).flatMap(([field, value]) => [
    ...(value.type === 'boolean' ? [] : [field]),
    ...fieldsOf(value),
  ])
  return [...own, ...nested]
}

const dataFieldsOf = (data: z.ZodType) => fieldsOf(z.toJSONSchema(data) as JsonSchema)
const wordsOf = (field: string) =>
  field
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .split(/[\s_]+/)

describe('every type of fact', () => {
  it('is there once', () => {
    expect(new Set(factTypes).size).toBe(factTypes.length)
    expect(factTypes.length).toBeGreaterThan(20)
    expect(specOf('Unheard')).toBeUndefined()
  })

  it.each(specs)('$type keeps what names a person out of its data', ({ type, data }) => {
    const personal = dataFieldsOf(data)
      .filter((field) => wordsOf(field).some((word) => PERSONAL.has(word)))
      .map((field) => `${type}.${field}`)
    expect(personal.filter((field) => !OF_THE_EVENT.includes(field))).toEqual([])
  })

  it('is looked at by the test above in depth, and by whole words', () => {
    const data = z.strictObject({
      late: z.boolean(),
      hasFingerprint: z.boolean(),
      guest: z.array(z.strictObject({ fullName: z.string().nullable() })),
      byGate: z.record(z.string(), z.strictObject({ userAgent: z.string() })).optional(),
      latest: z.string(),
    })
    const suspicious = dataFieldsOf(data).filter((field) => wordsOf(field).some((word) => PERSONAL.has(word)))
    expect(suspicious).toEqual(['fullName', 'userAgent'])
  })

  it.each(specs)('$type refuses fields that it does not know', ({ data }) => {
    const result = data.safeParse({ surprise: 1 })
    expect(result.error?.issues.map(({ code }) => code)).toContain('unrecognized_keys')
  })

  it.each(specs)('$type has an upcaster from each earlier version', ({ version, upcasters }) => {
    const earlier = Array.from({ length: version - 1 }, (_, i) => String(i + 1))
    expect(Object.keys(upcasters)).toEqual(earlier)
  })

  it.each(specs.filter(({ personal }) => personal === null))(
    '$type without personal data belongs to nobody',
    ({ subject }) => {
      expect(() => subject('host-H', {})).toThrow(/has no personal data/)
    },
  )
})
