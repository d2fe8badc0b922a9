import { describe, expect, it } from 'vitest'
import {
  type EventStore,
  type JsonObject,
  MAX_RECORD_BYTES,
  RecordTooLarge,
} from '../../../src/eventstore/port.ts'
import { fact, flatten, newCategory, newStream, recordsOf } from './fixtures.ts'

const PAYLOADS: Record<string, JsonObject> = {
  'nothing at all': {},
  'empty values': { a: '', b: [], c: {}, d: null, e: 0, f: false },
  'numbers at the edge': {
    a: Number.MAX_SAFE_INTEGER,
    b: -1.5e-300,
    c: 0.1 + 0.2,
    d: 1e308,
    e: Number.MIN_VALUE,
  },
  'emoji, also joined ones': { name: '🎉 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪' },
  'text from right to left': { name: 'דוד المستخدم \u200f\u202eabc\u202c' },
  'combining marks, not normalised': { nfd: 'e\u0301', nfc: '\u00e9', stack: 'a\u0300\u0301\u0302\u0303' },
  'line separators': { text: 'a\u2028b\u2029c\r\nd\te' },
  'NUL and control characters': { text: 'a\u0000b\u0001\u001f\u007f' },
  'half surrogate pairs': { text: 'a\ud83db', tail: '\udc00' },
  'quotes and backslashes': { text: `'"\\ \\u0041 {NULL} {"a","b"} $1 %s \${x}`, 'key "with" \\ quotes': 1 },
  'keys that objects already have': { constructor: 'a', toString: 'b', hasOwnProperty: 'c' },
  'deep nesting': { a: { b: { c: { d: { e: [[[[{ f: [1, [2, [3]]] }]]]] } } } } },
}

export function describePayloads(store: () => EventStore): void {
  describe('payloads', () => {
    it.each(Object.entries(PAYLOADS))('come back deep-equal with %s', async (_, data) => {
      const stream = newStream()
      await store().append(stream, 'no_stream', [
        fact(0, { data, metadata: { ...data, actor: 'system:test' } }),
      ])
      const [record] = await recordsOf(store(), stream)
      expect(record?.data).toEqual(data)
      expect(record?.metadata).toEqual({ ...data, actor: 'system:test' })
    })

    it('keep the order of their keys', async () => {
      const stream = newStream()
      await store().append(stream, 'no_stream', [fact(0, { data: { z: 1, a: 2, m: { y: 1, b: 2 } } })])
      const [record] = await recordsOf(store(), stream)
      expect(JSON.stringify(record?.data)).toBe('{"z":1,"a":2,"m":{"y":1,"b":2}}')
    })

    it('may have names in any script', async () => {
      const category = `${newCategory()}.ünïcödé🎉`
      const stream = `${category}-גיל.1`
      await store().append(stream, 'no_stream', [fact(1, { type: 'Événement🎉' })])
      const [record] = await recordsOf(store(), stream)
      expect(record).toMatchObject({ stream, type: 'Événement🎉' })
      expect(await flatten(store().readAll({ filter: { streamPrefixes: [category] } }))).toHaveLength(1)
    })

    it('may be as large as the limit, and not larger', async () => {
      const stream = newStream()
      const record = fact(0, { data: { text: '' }, metadata: {} })
      const overhead = '{"text":""}'.length + '{}'.length + 2 * record.type.length
      const text = 'x'.repeat(MAX_RECORD_BYTES - overhead)
      await store().append(stream, 'no_stream', [{ ...record, data: { text } }])
      expect((await recordsOf(store(), stream))[0]?.data['text']).toBe(text)

      const larger = fact(1, { data: { text: `${text}x` }, metadata: {} })
      await expect(store().append(stream, 0, [larger])).rejects.toThrow(RecordTooLarge)
      expect(await recordsOf(store(), stream)).toHaveLength(1)
    })

    it('count in bytes, and all records of an append together', async () => {
      const stream = newStream()
      const third = () => fact(0, { data: { text: 'é'.repeat(MAX_RECORD_BYTES / 6) } })
      await store().append(stream, 'no_stream', [third(), third()])
      await expect(store().append(stream, 1, [third(), third(), third()])).rejects.toThrow(RecordTooLarge)
      expect(await recordsOf(store(), stream)).toHaveLength(2)
    })

    it('of 1 MB are read in a page of many', async () => {
      const category = newCategory()
      const text = 'y'.repeat(900_000)
      await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store().append(newStream(category), 'no_stream', [fact(n, { data: { n, text } })]),
        ),
      )
      const records = await flatten(store().readAll({ filter: { streamPrefixes: [`${category}-`] } }))
      expect(records).toHaveLength(8)
      for (const record of records) expect(record.data['text']).toBe(text)
    })
  })
}
