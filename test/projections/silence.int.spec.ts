import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { isTransient } from '../../src/postgres/transient.ts'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { anEventId, aGuestId, appendSteps, eventSteps, guestSteps } from '../support/facts.ts'
import { silentLog } from '../support/log.ts'
import { openWorld, settle, type World } from './world.ts'

let world: World
let network: TcpProxy
let pool: Pool

beforeEach(async () => {
  world = await openWorld()
  const url = new URL(world.url)
  network = await startTcpProxy(Number(url.port))
  url.port = String(network.port)
  pool = createPool(url.href, { log: silentLog, max: 6 })
})

afterEach(async () => {
  network.close()
  await world.close()
  await pool.end()
})

it('refuses within ten seconds whoever reads on a connection that went silent, and reads on a new one next', async () => {
  const writer = world.process()
  await writer.start()
  await appendSteps(world.log, [eventSteps().created(), guestSteps(0, 1).invited({ name: 'Ada' })])
  await settle(world, writer)
  const reader = world.process({ pool, write: false })
  await reader.start()
  const read = () => reader.queries.guests.find(anEventId(), aGuestId(1))
  await Promise.all([read(), read(), read()])

  network.strand()
  expect(isTransient(await read().catch((error: unknown) => error))).toBe(true)
  expect(await read()).toMatchObject({ name: 'Ada' })
}, 60_000)

it('lets another process write when the connection that holds its locks goes silent, though the server still has it', async () => {
  const writer = world.process({ pool })
  await writer.start()
  const other = world.process()
  await other.start()
  await settle(world, other)
  expect((await writer.status()).every((one) => one.writer)).toBe(true)

  network.strand()
  await appendSteps(world.log, [eventSteps().created()])
  await settle(world, other)
}, 60_000)
