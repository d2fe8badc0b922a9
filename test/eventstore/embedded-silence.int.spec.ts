import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { createEmbeddedStore, migrations } from '../../src/eventstore/embedded/store.ts'
import { facts, newStream, recordsOf } from '../contract/event-store/fixtures.ts'
import { silentLog } from '../support/log.ts'
import { poolOverNetwork } from '../support/over-network.ts'
import { createTestDatabase } from '../support/postgres.ts'

/** A store that gives up a connection after a second without an answer, and the network to its database. */
async function storeOverNetwork() {
  const database = await createTestDatabase(migrations)
  onTestFinished(() => database.drop())
  const { pool, network } = await poolOverNetwork(database.url, { max: 6, answerWithin: 1_000 })
  const store = createEmbeddedStore({ pool, log: silentLog })
  onTestFinished(() => store.close())
  return { pool, network, store }
}

it('goes on with another connection when the one that it writes on goes silent, and records each append once', async () => {
  const { pool, network, store } = await storeOverNetwork()
  const [known, first, second] = [newStream(), newStream(), newStream()]
  // The second makes it the only writer, which writes in one statement.
  await store.append(known, 'no_stream', facts(1))
  await store.append(known, 0, facts(1))

  network.silence()
  const dropped = once(pool, 'remove')
  const appends = Promise.all([
    store.append(first, 'no_stream', facts(2)),
    Promise.resolve().then(() => store.append(second, 'no_stream', facts(1))),
  ])
  await dropped
  network.mend()
  expect((await appends).map(({ revision }) => revision)).toEqual([1, 0])
  expect(await recordsOf(store, first)).toHaveLength(2)
  expect(await recordsOf(store, second)).toHaveLength(1)
})

it('waits in silence once, though a network forgot more connections than it tries', async () => {
  const { pool, network, store } = await storeOverNetwork()
  const stream = newStream()
  await store.append(stream, 'no_stream', facts(1))
  const clients = await Promise.all(Array.from({ length: 6 }, () => pool.connect()))
  for (const client of clients) client.release()

  network.strand()
  expect(await recordsOf(store, stream)).toHaveLength(1)
})
