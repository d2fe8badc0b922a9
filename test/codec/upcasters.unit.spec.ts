import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { personalFact, plainFact } from '../../src/events/fact.ts'
import { upcast } from '../../src/eventstore/codec.ts'
import { ANN, encoded, removed, stored } from './records.ts'

describe('upcasters', () => {
  const record = stored(encoded(removed, null), { type: 'GuestSeated' })
  const table = z.strictObject({ table: z.string(), seats: z.int() })
  const third = plainFact('GuestSeated', table, {
    version: 3,
    upcasters: {
      1: ({ number, ...rest }) => ({ ...rest, table: `T${String(number)}` }),
      2: (data) => ({ ...data, seats: 1 }),
    },
  })

  it('lead from any version to the one of today, one after the other', () => {
    expect(upcast(third, 1, record, { number: 7 })).toEqual({ table: 'T7', seats: 1 })
    expect(upcast(third, 2, record, { table: 'T7' })).toEqual({ table: 'T7', seats: 1 })
    expect(upcast(third, 3, record, { table: 'T7', seats: 2 })).toEqual({ table: 'T7', seats: 2 })
  })

  it('leave the stored data as it is', () => {
    const data = Object.freeze({ number: 7 })
    upcast(third, 1, record, data)
    expect(data).toEqual({ number: 7 })
  })

  it('that are missing make the record unreadable, and so does a newer version', () => {
    const gap = plainFact('GuestSeated', table, { version: 3, upcasters: { 1: (data) => data } })
    expect(() => upcast(gap, 1, record, {})).toThrow(/GuestSeated at .*@4: no upcaster from version 2/)
    expect(() => upcast(third, 4, record, {})).toThrow(
      /version 4 was written by a newer release \(known: 3\)/,
    )
  })

  it('of a personal fact see its data only', () => {
    const spec = personalFact('GuestSeated', table, z.strictObject({ name: z.string() }), () => ANN, {
      version: 2,
      upcasters: { 1: (data) => ({ ...data, seats: Object.keys(data).length }) },
    })
    expect(upcast(spec, 1, record, { table: 'T7' })).toEqual({ table: 'T7', seats: 1 })
  })
})
