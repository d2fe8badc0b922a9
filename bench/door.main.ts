/** The product at the door: one event whose guests have all accepted, and a ticket for each gate, as `door` measures it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createEvent } from '../src/commands/event-creation.ts'
import { guestDecider } from '../src/commands/guest/decider.ts'
import { rsvpsDecider } from '../src/commands/rsvps/decider.ts'
import { settingsDecider } from '../src/commands/settings/decider.ts'
import { passValidUntil } from '../src/commands/settings/door.ts'
import { readConfig } from '../src/config.ts'
import type { CommandContext } from '../src/eventstore/codec.ts'
import { eventCategory, guestStream, rsvpsStream, settingsStream } from '../src/events/streams.ts'
import { commandIdOf, newId } from '../src/kernel/ids.ts'
import { inParallel } from '../src/kernel/parallel.ts'
import { HOUR } from '../src/kernel/time.ts'
import { startProduct, type Product } from '../src/product.ts'
import { reportTo } from './child.ts'

const [guests = 2_500, gates = 50] = process.argv.slice(2).map(Number)

const context = (...name: string[]): CommandContext => ({
  commandId: commandIdOf('bench', ...name),
  actor: 'ops:bench',
  at: Date.now(),
  correlationId: 'bench',
})

const eventId = newId()
const eventDate = new Date(Date.now() + 2 * HOUR).toISOString()

async function seedEvent({ commands, tokens }: Product): Promise<string[]> {
  const event = {
    eventId,
    ownerId: newId(),
    name: 'Bench',
    slug: `bench-${eventId.toLowerCase()}`,
    eventDate,
  }
  await createEvent(
    commands,
    { ...event, timezone: 'UTC', venue: null, maxCapacity: null },
    context('create'),
  )
  const settings = settingsStream(eventId)
  await commands.execute(settingsDecider, settings, { kind: 'publish' }, context('publish'))
  return inParallel(Array.from({ length: gates }), 1, async (_none, index) => {
    const gate = `Gate ${String(index + 1)}`
    const ticketId = newId()
    const at = Date.now()
    const issue = { kind: 'issue_ticket', ticketId, gate, expiresAt: null, reuse: false, at } as const
    await commands.execute(settingsDecider, settings, issue, context('ticket', ticketId))
    const claims = { eventId, ticketId, gate, role: 'door' } as const
    return tokens.issueScanner(claims, at, at + 12 * HOUR)
  })
}

function seedGuests({ commands, tokens }: Product): Promise<string[]> {
  const ids = Array.from({ length: guests }, () => newId())
  return inParallel(ids, 500, async (guestId, index) => {
    const contact = { name: `Guest ${String(index)}`, email: null, phone: null, externalRef: null }
    const invite = { kind: 'invite', ...contact, plusOnesAllowed: 0, utmSource: null, batchId: null } as const
    await commands.execute(guestDecider, guestStream(eventId, guestId), invite, context('invite', guestId))
    const party = { answer: 'attending', partySize: 1, plusOneNames: [], note: null } as const
    const answering = context('answer', guestId)
    const looked = { plusOnesAllowed: 0, open: true, at: answering.at }
    const accept = { kind: 'answer', guestId, ...party, ...looked } as const
    await commands.execute(rsvpsDecider, rsvpsStream(eventId), accept, answering)
    return tokens.signPass({ eventId, guestId, version: 1, validUntil: passValidUntil({ eventDate }) })
  })
}

/** How often each guest came in, as the log says: guests let in once, and those let in more often. */
async function count({ store }: Product): Promise<{ once: number; more: number }> {
  const arrivals = new Map<string, number>()
  for await (const page of store.readCategory(eventCategory(eventId))) {
    for (const { type, stream } of page) {
      if (type === 'GuestCheckedIn') arrivals.set(stream, (arrivals.get(stream) ?? 0) + 1)
    }
  }
  const times = [...arrivals.values()]
  return { once: times.filter((n) => n === 1).length, more: times.filter((n) => n > 1).length }
}

const dataDir = await mkdtemp(join(tmpdir(), 'guestguard-bench-'))
const config = readConfig({ DATA_DIR: dataDir, PORT: '0', GEOIP_PROVIDER: 'null', LOG_LEVEL: 'warn' })
const product = await startProduct({ config, logger: pino({ level: 'warn' }, pino.destination(2)) })
const tickets = await seedEvent(product)
const passes = await seedGuests(product)
await product.projections.waitFor(await product.store.head(), 60_000)

process.once('SIGTERM', () => {
  void product
    .stop()
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0))
})
process.on('message', (asked) => {
  if (asked === 'arrivals')
    void count(product).then((found) => process.send?.({ kind: 'arrivals', ...found }))
})
reportTo({ origin: product.url ?? '', tokens: [...tickets, ...passes] }, async () => {
  const behind = (await product.store.head()) - product.projections.position()
  return Number(behind)
})
