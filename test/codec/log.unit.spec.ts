import { describe, expect, it } from 'vitest'
import { ERASED } from '../../src/events/fact.ts'
import { decode, encode, UndecodableFact } from '../../src/eventstore/codec.ts'
import { FreshFacts } from '../../src/eventstore/fresh-facts.ts'
import { createLog } from '../../src/eventstore/log.ts'
import { factId } from '../../src/kernel/ids.ts'
import { MemoryEventStore, MemoryLog } from '../support/memory-event-store.ts'
import { memoryVault } from '../support/memory-vault.ts'
import { ANN, context, encoded, ID, invited, key, removed, stored, STREAM, vault } from './records.ts'

describe('the log', () => {
  const open = (keys = memoryVault()) => {
    const store = new MemoryEventStore(new MemoryLog())
    return { store, keys, log: createLog(store, keys) }
  }

  it('gives back what went in, and only markers after an erasure', async () => {
    const { log, keys } = open()
    await log.append(STREAM, 'no_stream', [{ facts: [invited, removed], context }])
    const before = await log.read(STREAM)
    expect(before.revision).toBe(1)
    expect(before.facts).toMatchObject([invited, removed])
    keys.forget(ANN)
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
    const { log } = open(vault)
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
