import { describe, expect, it } from 'vitest'
import {
  RecordTooLarge,
  StoreUnavailable,
  WrongExpectedRevision,
  type NewRecord,
} from '../../src/eventstore/port.ts'
import { DeliveryFailed, type Mail } from '../../src/notify/message.ts'
import {
  countAppends,
  countLookups,
  countMails,
  countSms,
  replacing,
} from '../../src/observability/instruments.ts'
import { Meters } from '../../src/observability/meters.ts'
import { observeRequests } from '../../src/observability/requests.ts'
import { MemoryEventStore, MemoryLog } from '../support/memory-event-store.ts'
import { readingOf } from './metrics-text.ts'

const record = (n: number, type: string): NewRecord => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  type,
  data: {},
  metadata: {},
})

const failing = (error: Error) => () => Promise.reject(error)

describe('a store that is counted', () => {
  it('counts facts by type, and what became of appends', async () => {
    const meters = new Meters()
    const store = countAppends(new MemoryEventStore(new MemoryLog()), meters)
    await store.append('a-1', 'no_stream', [record(1, 'Made'), record(2, 'Made'), record(3, 'Named')])
    await expect(store.append('a-1', 7, [record(4, 'Made')])).rejects.toThrow(WrongExpectedRevision)
    const scrape = await readingOf(meters)
    expect(scrape.value('guestguard_appends_total', { outcome: 'ok' })).toBe(1)
    expect(scrape.value('guestguard_appends_total', { outcome: 'conflict' })).toBe(1)
    expect(scrape.value('guestguard_facts_appended_total', { type: 'Made' })).toBe(2)
    expect(scrape.value('guestguard_facts_appended_total', { type: 'Named' })).toBe(1)
    expect(scrape.value('guestguard_append_duration_seconds_count')).toBe(1)
  })

  it.each<[string, Error]>([
    ['unavailable', new StoreUnavailable('gone')],
    ['too_large', new RecordTooLarge('a-1', 9)],
    ['refused', new Error('anything else')],
  ])('tells a store that is %s, and lets the error through', async (outcome, error) => {
    const meters = new Meters()
    const broken = replacing(new MemoryEventStore(new MemoryLog()), { append: failing(error) })
    const store = countAppends(broken, meters)
    await expect(store.append('a-1', 'any', [record(1, 'Made')])).rejects.toBe(error)
    expect((await readingOf(meters)).value('guestguard_appends_total', { outcome })).toBe(1)
  })

  it('is otherwise the store it was', async () => {
    const inner = new MemoryEventStore(new MemoryLog())
    const store = countAppends(inner, new Meters())
    await store.append('a-1', 'no_stream', [record(1, 'Made')])
    expect(await store.readStream('a-1')).toEqual(await inner.readStream('a-1'))
    expect(await store.head()).toBe(await inner.head())
    await store.tombstone('a-1')
    expect(await store.readStream('a-1')).toEqual({ exists: false })
  })
})

describe('messages that are counted', () => {
  const mail = { id: 'm' } as unknown as Mail
  const refused = new DeliveryFailed('never', { permanent: true })
  const later = new DeliveryFailed('not now', { permanent: false })

  it.each([
    ['sent', null],
    ['refused', refused],
    ['failed', later],
    ['failed', new Error('a defect')],
  ])('say that they were %s', async (outcome, error) => {
    const meters = new Meters()
    const send = error === null ? () => Promise.resolve() : failing(error)
    const mails = countMails({ send, close: () => Promise.resolve() }, meters)
    const texts = countSms({ send }, meters)
    const text = { id: 's', owner: mail.owner, to: '+15550100', text: '' }
    for (const sent of [mails.send(mail), texts.send(text)]) {
      if (error === null) await sent
      else await expect(sent).rejects.toBe(error)
    }
    const scrape = await readingOf(meters)
    expect(scrape.value('guestguard_messages_total', { channel: 'email', outcome })).toBe(1)
    expect(scrape.value('guestguard_messages_total', { channel: 'sms', outcome })).toBe(1)
    expect(scrape.text).not.toContain('15550100')
  })
})

describe('lookups that are counted', () => {
  it('tell those that found a place from those that did not', async () => {
    const meters = new Meters()
    const place = { country: 'FR', city: null, lat: null, lon: null }
    const geo = countLookups(
      {
        lookup: (ip) => Promise.resolve(ip === '192.0.2.1' ? (place as never) : null),
        describe: () => ({ provider: 'dbip' }),
        close: () => undefined,
      },
      meters,
    )
    expect(await geo.lookup('192.0.2.1')).toBe(place)
    expect(await geo.lookup('192.0.2.2')).toBeNull()
    expect(geo.lookupSync).toBeUndefined()
    const scrape = await readingOf(meters)
    expect(scrape.value('guestguard_geo_lookups_total', { outcome: 'found' })).toBe(1)
    expect(scrape.value('guestguard_geo_lookups_total', { outcome: 'unknown' })).toBe(1)
  })
})

describe('requests that are counted', () => {
  it('stand under their route, method and status, and their times under the first two', async () => {
    const meters = new Meters()
    const observer = observeRequests(meters, null)
    observer.answered({ method: 'GET', route: '/a/:id', status: 200, seconds: 0.02 })
    observer.answered({ method: 'GET', route: '/a/:id', status: 200, seconds: 0.2 })
    observer.answered({ method: 'GET', route: '/a/:id', status: 503, seconds: 2 })
    const scrape = await readingOf(meters)
    const route = { method: 'GET', route: '/a/:id' }
    expect(scrape.value('guestguard_http_requests_total', { ...route, status: '200' })).toBe(2)
    expect(scrape.value('guestguard_http_requests_total', { ...route, status: '503' })).toBe(1)
    const bucket = 'guestguard_http_request_duration_seconds_bucket'
    expect(scrape.value(bucket, { ...route, le: '0.025' })).toBe(1)
    expect(scrape.value(bucket, { ...route, le: '0.25' })).toBe(2)
    expect(scrape.value(bucket, { ...route, le: '+Inf' })).toBe(3)
  })
})
