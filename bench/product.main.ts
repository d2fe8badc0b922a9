/** The product under load: an installation with one published event and its guests, as `openings` measures it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { guestDecider } from '../src/commands/guest/decider.ts'
import { createEvent } from '../src/commands/event-creation.ts'
import { settingsDecider } from '../src/commands/settings/decider.ts'
import { readConfig } from '../src/config.ts'
import type { CommandContext } from '../src/eventstore/codec.ts'
import { guestStream, settingsStream } from '../src/events/streams.ts'
import { commandIdOf, newId } from '../src/kernel/ids.ts'
import { inParallel } from '../src/kernel/parallel.ts'
import { startProduct, type Product } from '../src/product.ts'
import { reportTo } from './child.ts'

const guests = Number(process.argv[2] ?? 5_000)

const context = (name: string): CommandContext => ({
  commandId: commandIdOf('bench', name),
  actor: 'ops:bench',
  at: Date.now(),
  correlationId: 'bench',
})

async function seed({ commands, tokens }: Product): Promise<string[]> {
  const eventId = newId()
  const event = {
    eventId,
    ownerId: newId(),
    name: 'Bench',
    slug: `bench-${eventId.toLowerCase()}`,
    eventDate: '2030-01-01T19:00:00.000Z',
    timezone: 'UTC',
    venue: null,
    maxCapacity: null,
  }
  await createEvent(commands, event, context('create'))
  await commands.execute(settingsDecider, settingsStream(eventId), { kind: 'publish' }, context('publish'))
  const ids = Array.from({ length: guests }, () => newId())
  await inParallel(ids, 500, async (guestId, index) => {
    const invite = {
      kind: 'invite',
      name: `Guest ${String(index)}`,
      email: `guest${String(index)}@example.org`,
      phone: null,
      externalRef: null,
      plusOnesAllowed: 1,
      utmSource: null,
      batchId: null,
    } as const
    await commands.execute(guestDecider, guestStream(eventId, guestId), invite, context(guestId))
  })
  return ids.map((guestId) => tokens.issueLink({ eventId, guestId, version: 1 }))
}

const dataDir = await mkdtemp(join(tmpdir(), 'guestguard-bench-'))
// Addresses of the openings come in X-Forwarded-For: on loopback there is nothing to locate.
const config = readConfig({ DATA_DIR: dataDir, PORT: '0', TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'warn' })
const product = await startProduct({ config, logger: pino({ level: 'warn' }, pino.destination(2)) })
const tokens = await seed(product)
await product.projections.waitFor(await product.store.head(), 60_000)

process.once('SIGTERM', () => {
  void product
    .stop()
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0))
})
reportTo({ origin: product.url ?? '', tokens }, async () => {
  const behind = (await product.store.head()) - product.projections.position()
  return Number(behind)
})
