import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { StoreUnavailable } from '../../src/eventstore/port.ts'
import { facts, flatten, newCategory, newStream, recordsOf } from '../contract/event-store/fixtures.ts'
import { Follower } from '../contract/event-store/follower.ts'
import { recordingLog } from '../support/log.ts'
import { withServers } from './over-grpc.ts'

const TLS = path.join(import.meta.dirname, '../support/esdb-server/tls')
const AUTHORITY = `tlsCAFile=${encodeURIComponent(path.join(TLS, 'localhost.crt'))}`

/** Everything that goes to the console while a test runs. */
let printed: string[] = []
beforeEach(() => {
  printed = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      printed.push(args.map(String).join(' '))
    })
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('a secure EventStoreDB', () => {
  const it = withServers.extend('server', async ({ start }) => {
    const [key, certificate] = await Promise.all([
      readFile(path.join(TLS, 'localhost.key')),
      readFile(path.join(TLS, 'localhost.crt')),
    ])
    return start({ tls: { key, certificate } })
  })

  it('is talked to with TLS, and is told user and password', async ({ server, connect }) => {
    const store = connect(`esdb://ops:s%40cret@localhost:${String(server.port)}?tls=true&${AUTHORITY}`)
    const stream = newStream()
    await store.append(stream, 'no_stream', facts(3))
    expect(await recordsOf(store, stream)).toHaveLength(3)
    expect(server.faults.authorization).toBe(`Basic ${Buffer.from('ops:s@cret').toString('base64')}`)
  })

  it('is not talked to when nobody vouches for its certificate; neither the error nor a log tells the password', async ({
    server,
    connect,
  }) => {
    const log = recordingLog()
    const store = connect(`esdb://ops:s%40cret@localhost:${String(server.port)}?tls=true`, log)
    const failures = await Promise.allSettled([
      store.append(newStream(), 'any', facts(1)),
      store.head(),
      flatten(store.readCategory(newCategory())),
      new Follower(store, { after: 0n }).ended,
    ])
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) as object })
      expect(deepText(failure)).not.toMatch(/cret/)
    }
    expect([...log.lines, ...printed].join('\n')).not.toMatch(/cret/)
  })
})

describe('a cluster of EventStoreDB', () => {
  withServers.for(['esdb', 'esdb+discover'])(
    'named by several hosts is found through any of them: %s',
    async (scheme, { start, connect }) => {
      const leader = await start()
      const follower = await start({
        log: leader.log,
        members: () => [
          { port: leader.port, leader: true },
          { port: follower.port, leader: false },
        ],
      })
      const hosts = `127.0.0.1:1,127.0.0.1:${String(follower.port)}`
      const store = connect(`${scheme}://ops:s%40cret@${hosts}?tls=false`)
      await store.append(newStream(), 'no_stream', facts(2))
      expect(leader.faults.appendsSeen).toBe(1)
      expect(follower.faults.appendsSeen).toBe(0)
      expect(printed).toEqual([])
    },
  )

  withServers(
    'is followed to its next leader when a node goes down, by calls and by a subscription that begins again',
    async ({ start, connect }) => {
      const members = [
        { port: 0, leader: true },
        { port: 0, leader: false },
      ]
      const first = await start({ members: () => members })
      const second = await start({ log: first.log, members: () => members })
      members[0] = { port: first.port, leader: true }
      members[1] = { port: second.port, leader: false }
      const hosts = [first, second].map(({ port }) => `127.0.0.1:${String(port)}`).join(',')
      const store = connect(`esdb://${hosts}?tls=false`)
      const stream = newStream()
      await store.append(stream, 'no_stream', facts(1))
      const follower = new Follower(store, { after: 0n })
      await follower.until((f) => f.records.length === 1)

      members[0] = { port: second.port, leader: true }
      members.pop()
      first.stop()
      expect((await store.append(stream, 0, facts(1, 1))).revision).toBe(1)
      expect(second.faults.appendsSeen).toBe(1)
      await expect(follower.ended).rejects.toThrow(StoreUnavailable)
      const again = new Follower(store, { after: follower.records[0]?.position ?? 0n })
      await again.until((f) => f.records.length === 1)
      expect(again.numbers).toEqual([1])
      await again.stop()
    },
  )
})

describe('an EventStoreDB that cannot be reached', () => {
  withServers('makes every call say so', async ({ connect }) => {
    const nowhere = connect('esdb://127.0.0.1:1?tls=false')
    const calls = [
      nowhere.append(newStream(), 'any', facts(1)),
      nowhere.readStream(newStream()),
      flatten(nowhere.readCategory(newCategory())),
      flatten(nowhere.readAll()),
      nowhere.head(),
      nowhere.tombstone(newStream()),
      new Follower(nowhere, { after: 0n }).ended,
    ]
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) as object })
    }
  })
})

/** All that a logger could write of a value, causes and fields of errors among it. */
function deepText(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  const keys = Object.getOwnPropertyNames(value)
  return keys.map((key) => `${key}: ${deepText((value as Record<string, unknown>)[key], seen)}`).join('\n')
}
