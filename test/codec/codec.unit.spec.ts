import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ERASED } from '../../src/events/fact.ts'
import type { NewFact } from '../../src/events/registry.ts'
import { decode, sealedSubjectOf, subjectOf, UndecodableFact } from '../../src/eventstore/codec.ts'
import type { StoredRecord } from '../../src/eventstore/port.ts'
import { ANN, context, encoded, ID, invited, key, removed, stored, STREAM, vault } from './records.ts'

const withMetadata = (change: object) => {
  const record = stored(encoded(removed, null))
  return { ...record, metadata: { ...record.metadata, ...change } }
}

/** @returns the error, which names the type and the place of the record */
function undecodable(record: StoredRecord, by: typeof key | null = null): UndecodableFact {
  try {
    decode(vault, record, by)
  } catch (error) {
    if (!(error instanceof UndecodableFact)) throw error
    expect(error).toMatchObject({ stream: record.stream, revision: 4, type: record.type })
    expect(error.message.startsWith(`${record.type} at ${record.stream}@4: `)).toBe(true)
    return error
  }
  return expect.fail('it was decoded')
}

describe('a fact on its way in', () => {
  it('is sealed as far as it is personal', () => {
    const record = encoded(invited)
    expect(record.data).toMatchObject({ plusOnesAllowed: 2, $sealed: expect.any(String) as string })
    expect(JSON.stringify({ ...record.data, $sealed: '' })).not.toContain('Ann')
    expect(record.metadata).toEqual({
      v: 1,
      at: '2026-06-01T18:00:00.000Z',
      actor: 'host:H1',
      $correlationId: 'request-1',
      $causationId: context.commandId,
    })
  })

  it('loses its personal part when the person asked to be forgotten', () => {
    expect(encoded(invited, ERASED).data['$sealed']).toBe('')
  })

  it('is refused without a key for its personal part', () => {
    expect(() => encoded(invited, null)).toThrow('GuestInvited needs a key')
  })

  it.each([
    ['data of another shape', { ...invited, data: { plusOnesAllowed: 'two' } }],
    ['data with a field too many', { ...removed, data: { why: 'x' } }],
    ['a personal part of another shape', { ...invited, personal: { name: 'Ann' } }],
  ])('is refused with %s', (_, fact) => {
    expect(() => encoded(fact as unknown as NewFact)).toThrow(z.ZodError)
  })

  it('of an unknown type is refused', () => {
    const unknown = { type: 'Unheard', data: {} } as unknown as NewFact
    expect(() => encoded(unknown)).toThrow('Unheard is not a fact of this version')
    expect(() => subjectOf(STREAM, unknown)).toThrow('Unheard is not a fact of this version')
  })

  it('belongs to the guest of its stream, or to nobody', () => {
    expect(subjectOf(STREAM, invited)).toBe(ANN)
    expect(subjectOf(STREAM, removed)).toBeNull()
  })
})

describe('a record that cannot be read says why', () => {
  it('when its type is unknown', () => {
    const record = stored(encoded(removed, null), { type: 'Unheard' })
    expect(undecodable(record).message).toContain('this version does not know the type')
    expect(sealedSubjectOf(record)).toBeNull()
  })

  it('when a newer release wrote it', () => {
    expect(undecodable(withMetadata({ v: 2 })).message).toContain(
      'version 2 was written by a newer release (known: 1)',
    )
  })

  it.each([
    ['no version', { v: undefined }],
    ['a version below 1', { v: 0 }],
    ['no time', { at: 'yesterday' }],
    ['an actor of no known kind', { actor: 'somebody' }],
    ['no cause', { $causationId: null }],
  ])('when its metadata has %s', (_, change) => {
    expect(undecodable(withMetadata(change) as StoredRecord).cause).toBeInstanceOf(z.ZodError)
  })

  it('when its data has another shape', () => {
    const record = stored(encoded(invited), { data: { plusOnesAllowed: 'two', $sealed: '' } })
    expect(undecodable(record).message).toContain('plusOnesAllowed')
  })

  it('when its sealed part is missing', () => {
    const record = stored(encoded(invited))
    const { $sealed, ...data } = record.data
    expect($sealed).toBeTypeOf('string')
    expect(undecodable({ ...record, data }, key).message).toContain('its sealed part is missing')
  })

  it.each([
    [
      'was altered',
      (record: StoredRecord) => ({ ...record, data: { ...record.data, $sealed: '["x","y",{}]' } }),
    ],
    ['is no sealed text', (record: StoredRecord) => ({ ...record, data: { ...record.data, $sealed: 'x' } })],
    ['was moved to another fact', (record: StoredRecord) => ({ ...record, id: ID.replace(/1$/, '2') })],
    [
      'was moved to another stream',
      (record: StoredRecord) => ({ ...record, stream: STREAM.replace(/G$/, 'H') }),
    ],
  ])('when its sealed part %s', (_, change) => {
    const record = change(stored(encoded(invited)))
    expect(undecodable(record, key).cause).toBeInstanceOf(Error)
  })

  it('when its personal part has another shape', () => {
    const sealed = vault.seal(key, { name: 'Ann' }, `${STREAM}\n${ID}`)
    const record = stored(encoded(invited))
    expect(undecodable({ ...record, data: { ...record.data, $sealed: sealed } }, key).message).toContain(
      'email',
    )
  })

  it('when the vault has no key for it and none was erased', () => {
    const record = stored(encoded(invited))
    expect(undecodable(record, null).message).toContain('the vault has no key for it and none was erased')
  })
})

describe('a personal part that was erased', () => {
  it('is a marker, whether the key was deleted later or there was none to seal with', () => {
    const sealedBefore = stored(encoded(invited))
    const neverSealed = stored(encoded(invited, ERASED))
    expect(decode(vault, sealedBefore, ERASED)).toMatchObject({ ...invited, personal: ERASED })
    expect(decode(vault, neverSealed, key)).toMatchObject({ ...invited, personal: ERASED })
    expect(decode(vault, neverSealed, null)).toMatchObject({ ...invited, personal: ERASED })
    expect(sealedSubjectOf(sealedBefore)).toBe(ANN)
    expect(sealedSubjectOf(neverSealed)).toBeNull()
  })
})
