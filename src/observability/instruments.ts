import type { Openings } from '../commands/guest/opening.ts'
import {
  RecordTooLarge,
  StoreUnavailable,
  WrongExpectedRevision,
  type EventStore,
  type NewRecord,
} from '../eventstore/port.ts'
import type { GeoResolver } from '../geoip/resolver.ts'
import { SECOND } from '../kernel/time.ts'
import { DeliveryFailed, type Mailer, type SmsSender } from '../notify/message.ts'
import type { Meters } from './meters.ts'

/** Seconds since a reading of the monotonic clock in milliseconds. */
export const since = (began: number): number => (performance.now() - began) / SECOND

function outcomeOf(error: unknown): string {
  if (error instanceof WrongExpectedRevision) return 'conflict'
  if (error instanceof StoreUnavailable) return 'unavailable'
  return error instanceof RecordTooLarge ? 'too_large' : 'refused'
}

/** Counts appends, conflicts and facts, and times those that were made durable. */
export function countAppends(store: EventStore, meters: Meters): EventStore {
  const appended = meters.appends.labels({ outcome: 'ok' })
  const ofType = new Map<string, { inc(): void }>()
  const counterOf = (type: string) => {
    const counter = ofType.get(type) ?? meters.facts.labels({ type })
    ofType.set(type, counter)
    return counter
  }
  return replacing(store, {
    async append(stream, expected, records: readonly NewRecord[]) {
      const began = performance.now()
      try {
        const result = await store.append(stream, expected, records)
        meters.appendSeconds.observe(since(began))
        appended.inc()
        for (const { type } of records) counterOf(type).inc()
        return result
      } catch (error) {
        meters.appends.inc({ outcome: outcomeOf(error) })
        throw error
      }
    },
  })
}

/** The same store, some of its methods being others; an adapter may be a class, so it is not spread. */
export function replacing(store: EventStore, others: Partial<EventStore>): EventStore {
  return {
    append: (stream, expected, records) => store.append(stream, expected, records),
    readStream: (stream, options) => store.readStream(stream, options),
    readCategory: (category, options) => store.readCategory(category, options),
    readAll: (options) => store.readAll(options),
    subscribe: (options) => store.subscribe(options),
    head: () => store.head(),
    tombstone: (stream) => store.tombstone(stream),
    close: () => store.close(),
    ...others,
  }
}

/** Counts openings by band and decision, and times them. */
export function countOpenings(openings: Openings, meters: Meters): Openings {
  return {
    async open(link, visitor, attemptId, context) {
      const began = performance.now()
      const opened = await openings.open(link, visitor, attemptId, context)
      meters.openingSeconds.observe(since(began))
      const unscored = opened.guest.pending.has(attemptId) ? 'unscored' : 'trusted'
      meters.openings.inc({ band: opened.band ?? unscored, decision: opened.decision })
      return opened
    },
    async scoreLate(eventId, guestId, attemptId, context) {
      await openings.scoreLate(eventId, guestId, attemptId, context)
      meters.lateScores.inc()
    },
  }
}

export function countLookups(geo: GeoResolver, meters: Meters): GeoResolver {
  const found = meters.geoLookups.labels({ outcome: 'found' })
  const unknown = meters.geoLookups.labels({ outcome: 'unknown' })
  const { lookupSync } = geo
  return {
    async lookup(ip, options) {
      const place = await geo.lookup(ip, options)
      if (place === null) unknown.inc()
      else found.inc()
      return place
    },
    ...(lookupSync === undefined ? {} : { lookupSync }),
    describe: () => geo.describe(),
    close: () => {
      geo.close()
    },
  }
}

/** Counts what was sent; `refused` will never be taken, `failed` is tried again. */
async function counted(meters: Meters, channel: 'email' | 'sms', send: () => Promise<void>): Promise<void> {
  try {
    await send()
    meters.messages.inc({ channel, outcome: 'sent' })
  } catch (error) {
    const refused = error instanceof DeliveryFailed && error.permanent
    meters.messages.inc({ channel, outcome: refused ? 'refused' : 'failed' })
    throw error
  }
}

export function countMails(mailer: Mailer, meters: Meters): Mailer {
  return {
    send: (mail) => counted(meters, 'email', () => mailer.send(mail)),
    close: () => mailer.close(),
  }
}

export function countSms(sms: SmsSender, meters: Meters): SmsSender {
  return { send: (message) => counted(meters, 'sms', () => sms.send(message)) }
}
