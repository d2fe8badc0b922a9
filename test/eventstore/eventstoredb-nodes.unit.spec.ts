import { PassThrough, Readable } from 'node:stream'
import type { EventStoreDBClient } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { subscribe } from '../../src/eventstore/eventstoredb/subscribe.ts'
import { StoreUnavailable } from '../../src/eventstore/port.ts'

/** A client whose log ends at 900, and that says to have caught up; it is on this connection, then on that one. */
function clientOn(...connections: readonly object[]): EventStoreDBClient {
  let asked = 0
  const last = { event: { position: { commit: 900n, prepare: 900n } } }
  const client = {
    getChannel: () => Promise.resolve(connections[asked++] ?? connections.at(-1)),
    readAll: () => Object.assign(Readable.from([last]), { cancel: () => Promise.resolve() }),
    subscribeToAll: () => {
      const stream = Object.assign(new PassThrough({ objectMode: true }), {
        unsubscribe: () => Promise.resolve(),
      })
      setImmediate(() => stream.emit('caughtUp'))
      return stream
    },
  }
  return client as unknown as EventStoreDBClient
}

const first = (client: EventStoreDBClient) =>
  subscribe({ client, deadlineMs: 1_000 }, { after: 5n, signal: new AbortController().signal }).next()

describe('a subscription that begins while the client changes over to another node of the cluster', () => {
  it('fails: that node may not have come to the end that the first one told', async () => {
    await expect(first(clientOn({ node: 1 }, { node: 2 }))).rejects.toThrow(StoreUnavailable)
  })

  it('has caught up at that end when it stays on one node', async () => {
    const { value } = await first(clientOn({ node: 1 }))
    expect(value).toEqual([{ kind: 'caught_up', position: 900n }])
  })
})
