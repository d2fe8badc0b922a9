import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ERASED, personalFact, plainFact } from '../../src/events/fact.ts'
import type { NewFact } from '../../src/events/registry.ts'
import {
  decode,
  encode,
  sealedSubjectOf,
  subjectOf,
  UndecodableFact,
  upcast,
  type CommandContext,
} from '../../src/eventstore/codec.ts'
import { FreshFacts } from '../../src/eventstore/fresh-facts.ts'
import { createLog } from '../../src/eventstore/log.ts'
import type { NewRecord, StoredRecord } from '../../src/eventstore/port.ts'
import { factId } from '../../src/kernel/ids.ts'
import { MemoryEventStore, MemoryLog } from '../support/memory-event-store.ts'
import { memoryVault, type MemoryVault } from '../support/memory-vault.ts'

const STREAM = 'event.01JWZZZZZZZZZZZZZZZZZZZZZZ-guest.01JWGGGGGGGGGGGGGGGGGGGGGG'
const ANN = 'guest.01JWZZZZZZZZZZZZZZZZZZZZZZ.01JWGGGGGGGGGGGGGGGGGGGGGG'
const ID = '6ba7b810-9dad-51d1-80b4-00c04fd40001'

const invited: NewFact = {
  type: 'GuestInvited',
  data: { plusOnesAllowed: 2, utmSource: null, batchId: null },
  personal: { name: 'Ann', email: 'ann@example.com', phone: null, externalRef: null },
}
const removed: NewFact = { type: 'GuestRemoved', data: {} }

const context: CommandContext = {
  commandId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  actor: 'host:H1',
  at: Date.UTC(2026, 5, 1, 18),
  correlationId: 'request-1',
}

let vault: MemoryVault
let key: Parameters<MemoryVault['seal']>[0]
beforeEach(async () => {
  vault = memoryVault()
  const made = (await vault.sealingKeys([ANN])).get(ANN)
  if (made === undefined || made === ERASED) throw new Error('no key')
  key = made
})

const stored = (record: NewRecord, change: Partial<StoredRecord> = {}): StoredRecord => ({
  ...record,
  stream: STREAM,
  revision: 4,
  position: 9n,
  created: new Date(context.at),
  ...change,
})
const encoded = (fact: NewFact, by: typeof key | typeof ERASED | null = key) =>
  encode(vault, STREAM, fact, ID, by, context).record
const withMetadata = (change: object) => {
  const record = stored(encoded(removed, null))
  return { ...record, metadata: { ...record.metadata, ...change } }
}

/** @returns the error, which names the type and the place of the record */
function undecodable(record: StoredRecord, by: typeof key | typeof ERASED | null = null): UndecodableFact {
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

describe('the log', () => {
  const open = () => {
    const store = new MemoryEventStore(new MemoryLog())
    return { store, log: createLog(store, vault) }
  }

  it('gives back what went in, and only markers after an erasure', async () => {
    const { log } = open()
    await log.append(STREAM, 'no_stream', [{ facts: [invited, removed], context }])
    const before = await log.read(STREAM)
    expect(before.revision).toBe(1)
    expect(before.facts).toMatchObject([invited, removed])
    vault.forget(ANN)
    expect((await log.read(STREAM)).facts).toMatchObject([{ ...invited, personal: ERASED }, removed])
    await log.append(STREAM, 1, [
      { facts: [invited], context: { ...context, commandId: factId('c', 's', 0) } },
    ])
    expect((await log.read(STREAM, 2)).facts).toMatchObject([{ personal: ERASED }])
  })

  it('reads a stream that does not exist as empty', async () => {
    expect(await open().log.read(STREAM)).toEqual({ facts: [], revision: -1 })
  })

  it('names facts by command, stream and request: another request under the same key is no retry', async () => {
    const { log, store } = open()
    const decision = (requestDigest: string) => [{ facts: [removed], context: { ...context, requestDigest } }]
    const first = await log.append(STREAM, 'no_stream', decision('one'))
    expect(await log.append(STREAM, 'no_stream', decision('one'))).toEqual(first)
    await expect(log.append(STREAM, 'no_stream', decision('two'))).rejects.toThrow(/expected no_stream/)
    expect(await store.head()).toBe(first.position)
  })

  it('shows the records that can be read beside one that cannot, and fails a stream that has one', async () => {
    const { log, store } = open()
    await log.append(STREAM, 'no_stream', [{ facts: [invited], context }])
    const strange = { id: factId('strange', STREAM, 0), type: 'Unheard', data: {}, metadata: {} }
    await store.append(STREAM, 0, [strange])
    const slice = await store.readStream(STREAM)
    const decoded = await log.decode(slice.exists ? slice.records : [])
    expect(decoded.map(({ ok }) => ok)).toEqual([true, false])
    await expect(log.read(STREAM)).rejects.toBeInstanceOf(UndecodableFact)
    const category = log.category('event.01JWZZZZZZZZZZZZZZZZZZZZZZ')
    await expect(category[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(UndecodableFact)
  })

  it('takes a fact in a stream of another kind for one that cannot be read', async () => {
    const { log } = open()
    const lost = stored(encoded(invited), { stream: 'slug-party' })
    const decoded = await log.decode([lost, stored(encoded(removed, null))])
    expect(decoded).toMatchObject([
      { ok: false, error: { type: 'GuestInvited', stream: 'slug-party' } },
      { ok: true, fact: { type: 'GuestRemoved' } },
    ])
  })
})

describe('the facts that were just appended', () => {
  function append() {
    const fresh = new FreshFacts()
    const encoded = encode(vault, STREAM, invited, ID, key, context)
    fresh.add(encoded, context)
    return { fresh, record: stored(encoded.record, { revision: 7, position: 70n }) }
  }

  it('are found at the place that the store gave them, as decoding them would', () => {
    const { fresh, record } = append()
    expect(fresh.find(record, key)).toEqual(decode(vault, record, key))
  })

  it('lose their personal part when the person was forgotten since', () => {
    const { fresh, record } = append()
    expect(fresh.find(record, ERASED)).toEqual(decode(vault, record, ERASED))
  })

  it('are not those that another process recorded for the same command', () => {
    const { fresh } = append()
    const theirs = encode(
      vault,
      STREAM,
      { ...invited, personal: { ...invited.personal, name: 'Bea' } },
      ID,
      key,
      context,
    )
    expect(fresh.find(stored(theirs.record), key)).toBeUndefined()
  })
})
