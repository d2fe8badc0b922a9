import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { afterAll, beforeAll } from 'vitest'
import { type EsdbServer, startEsdbServer } from './server.ts'

/** A server for the tests of one file. */
export function withServer(): () => EsdbServer {
  let server: EsdbServer | undefined
  beforeAll(async () => {
    server = await startEsdbServer()
  })
  afterAll(() => {
    server?.stop()
  })
  return () => {
    if (server === undefined) throw new Error('the server is not started')
    return server
  }
}

/** The official client as it is, with one connection for each test file. */
export function withClient(server: () => EsdbServer, options = ''): () => EventStoreDBClient {
  let client: EventStoreDBClient | undefined
  afterAll(() => void client?.dispose())
  return () => (client ??= EventStoreDBClient.connectionString(server().url + options))
}

export const newName = (category = `c${randomUUID().slice(0, 8)}`): string => `${category}-${randomUUID()}`

export const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => jsonEvent({ type: 'Counted', data: { n: from + i } }))

/** @returns everything that a reading gives */
export async function all<T>(reading: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of reading) list.push(item)
  return list
}

interface Resolved {
  readonly event?: { readonly data: unknown } | undefined
}

/** @returns the numbers of the events, `gone` for a link that leads nowhere */
export function numbersIn(events: readonly Resolved[]): unknown[] {
  return events.map(({ event }) => (event === undefined ? 'gone' : (event.data as { n?: unknown }).n))
}
