import type { EventStore, NewRecord, StoredRecord, SubscribeOptions } from '../eventstore/port.ts'
import { correlationId } from '../kernel/correlation.ts'
import type { Mailer, SmsSender } from '../notify/message.ts'
import { replacing } from './instruments.ts'
import { spanIdOf, traceIdOf } from './trace-ids.ts'
import type { Tracer } from './tracer.ts'

function correlationOf({ metadata }: NewRecord): string | null {
  const id = metadata['$correlationId']
  return typeof id === 'string' ? id : null
}

/** Attributes of a span about a fact: what it is and where, all of which stands in clear in the log. */
const attributesOf = (stream: string, { id, type }: NewRecord) => ({
  'guestguard.stream': stream,
  'guestguard.fact.type': type,
  'guestguard.fact.id': id,
})

/** The span in which a fact was appended, wherever that was. */
export const appendSpanOf = (correlation: string, factId: string) => ({
  traceId: traceIdOf(correlation),
  spanId: spanIdOf(factId),
})

/** One span a fact, under the request or job it came from: several of those may share an append. */
export function traceAppends(store: EventStore, tracer: Tracer): EventStore {
  const tell = (
    stream: string,
    records: readonly NewRecord[],
    elapsed: number,
    failure: { error: unknown } | null,
  ) => {
    for (const record of records) {
      const correlation = correlationOf(record)
      if (correlation === null) continue
      const spec = {
        name: `append ${record.type}`,
        kind: 'producer' as const,
        correlationId: correlation,
        parent: null,
        attributes: attributesOf(stream, record),
      }
      // Only what is in the log is named after its fact: a try that failed is followed by another.
      if (failure === null) tracer.record({ ...spec, factId: record.id }, elapsed)
      else tracer.record(spec, elapsed, failure.error)
    }
  }
  return replacing(store, {
    async append(stream, expected, records) {
      const began = performance.now()
      try {
        const result = await store.append(stream, expected, records)
        tell(stream, records, performance.now() - began, null)
        return result
      } catch (error) {
        tell(stream, records, performance.now() - began, { error })
        throw error
      }
    },
  })
}

/**
 * One span a fact that the projections took in, from when a batch was handed to them until they asked for the next.
 * Facts of the past, such as those of a rebuild, have none: nobody waits for them.
 */
export function traceProjections(store: EventStore, tracer: Tracer): EventStore {
  const tell = (record: StoredRecord, elapsed: number) => {
    const correlation = correlationOf(record)
    if (correlation === null) return
    tracer.record(
      {
        name: `project ${record.type}`,
        kind: 'consumer',
        correlationId: correlation,
        parent: appendSpanOf(correlation, record.id),
        attributes: {
          ...attributesOf(record.stream, record),
          'guestguard.position': String(record.position),
        },
      },
      elapsed,
    )
  }
  async function* followed(options: SubscribeOptions) {
    let live = false
    for await (const batch of store.subscribe(options)) {
      const began = performance.now()
      yield batch
      const elapsed = performance.now() - began
      for (const message of batch) {
        if (message.kind === 'caught_up') live = true
        else if (live && message.kind === 'fact') tell(message.record, elapsed)
      }
    }
  }
  return replacing(store, { subscribe: followed })
}

async function sending(tracer: Tracer, channel: string, send: () => Promise<void>): Promise<void> {
  const correlation = correlationId()
  if (correlation === null) return send()
  const began = performance.now()
  let failure: unknown = null
  try {
    await send()
  } catch (error) {
    failure = error
    throw error
  } finally {
    const name = `send ${channel}`
    const spec = { name, kind: 'client', correlationId: correlation, parent: null, attributes: {} } as const
    tracer.record(spec, performance.now() - began, failure)
  }
}

/** Spans of mails, under the job that sends them. */
export function traceMails(mailer: Mailer, tracer: Tracer): Mailer {
  return {
    send: (mail) => sending(tracer, 'email', () => mailer.send(mail)),
    close: () => mailer.close(),
  }
}

export function traceSms(sms: SmsSender, tracer: Tracer): SmsSender {
  return { send: (message) => sending(tracer, 'sms', () => sms.send(message)) }
}
