import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import type { GuestCommand } from '../../src/commands/guest/commands.ts'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import type { Decider } from '../../src/commands/decider.ts'
import { hostDecider, type HostCommand } from '../../src/commands/host/decider.ts'
import { rsvpsDecider, type RsvpsCommand } from '../../src/commands/rsvps/decider.ts'
import { settingsDecider, type SettingsCommand } from '../../src/commands/settings/decider.ts'
import { migrations } from '../../src/eventstore/embedded/store.ts'
import type { Fact, Happened, NewFact } from '../../src/events/registry.ts'
import { guestStream, hostStream, rsvpsStream, settingsStream } from '../../src/events/streams.ts'
import { processMigrations } from '../../src/processes/checkpoints.ts'
import { vaultMigrations } from '../../src/vault/migrations.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { startSmtp, type ReceivedMail, type TestSmtp } from '../support/smtp.ts'
import { createServer, type TestServer, type TestServerOptions } from './server.ts'

export const EVENT = '01JCDR00000000000000000000'
export const HOST = '01JCDH00000000000000000000'
export const guestId = (n: number) => `01JCDG${String(n).padStart(20, '0')}`
export const ofGuest = (n: number) => guestStream(EVENT, guestId(n))
export const ofRsvps = rsvpsStream(EVENT)

const DETAILS = {
  name: 'Summer Party',
  slug: 'summer-party',
  eventDate: '2026-07-04T17:00:00Z',
  timezone: 'Europe/Berlin',
  venue: 'Café Zoo, Berlin',
}

/** A database, a mail server and one server that takes commands; tests start those whose processes they watch. */
export class World {
  /** Milliseconds since the epoch; stands still. */
  now = Date.UTC(2026, 5, 1, 10)
  readonly database: TestDatabase
  readonly smtp: TestSmtp
  readonly outboxFolder: string
  readonly #servers: TestServer[] = []
  /** Those whose processes were started. */
  readonly #running = new Set<TestServer>()
  #front: TestServer | undefined

  private constructor(database: TestDatabase, smtp: TestSmtp, outboxFolder: string) {
    this.database = database
    this.smtp = smtp
    this.outboxFolder = outboxFolder
  }

  static async create(): Promise<World> {
    const database = await createTestDatabase([...migrations, ...vaultMigrations, ...processMigrations])
    const outboxFolder = await mkdtemp(path.join(tmpdir(), 'guestguard-processes-'))
    const world = new World(database, await startSmtp(), outboxFolder)
    world.#front = await world.server()
    return world
  }

  async end(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()))
    await this.smtp.stop()
    await this.database.drop()
    await rm(this.outboxFolder, { recursive: true, force: true })
  }

  /** The server that commands go to; its own processes are not started. */
  get front(): TestServer {
    if (this.#front === undefined) throw new Error('the world is not ready')
    return this.#front
  }

  /** One more server; it stops with the world, or before. */
  async server(options: Partial<TestServerOptions> = {}): Promise<TestServer> {
    const server = await createServer({
      databaseUrl: this.database.url,
      smtpUrl: this.smtp.url,
      outboxFolder: this.outboxFolder,
      clock: { now: () => this.now },
      ...options,
    })
    this.#servers.push(server)
    return server
  }

  /** One more server with its processes running. */
  async running(options: Partial<TestServerOptions> = {}): Promise<TestServer> {
    const server = await this.server(options)
    await server.processes.start()
    this.#running.add(server)
    return server
  }

  async stop(server: TestServer): Promise<void> {
    this.#servers.splice(this.#servers.indexOf(server), 1)
    this.#running.delete(server)
    await server.stop()
  }

  /** Waits until nothing more comes of itself: the log is read to its end, and no job is left. */
  quiet(): Promise<void> {
    return eventually(async () => {
      const head = await this.front.store.head()
      const read = await Promise.all([...this.#running].map(({ processes }) => processes.status()))
      expect(read.some(({ holder, position }) => holder && position >= head)).toBe(true)
      const { rows } = await this.database.pool.query(
        `SELECT name, state FROM pgboss.job WHERE state IN ('created', 'retry', 'active')`,
      )
      expect(rows).toEqual([])
      // A job that was done meanwhile may have left a fact.
      expect(await this.front.store.head()).toBe(head)
    })
  }

  async #execute<S, C, N extends NewFact, P extends Happened>(
    decider: Decider<S, C, N, P>,
    stream: string,
    command: C,
  ): Promise<void> {
    const [commandId, correlationId] = [randomUUID(), randomUUID()]
    const context = { commandId, actor: `host:${HOST}`, at: this.now, correlationId }
    await this.front.commands.execute(decider, stream, command, context)
  }

  host = (command: HostCommand) => this.#execute(hostDecider, hostStream(HOST), command)
  settings = (command: SettingsCommand) => this.#execute(settingsDecider, settingsStream(EVENT), command)
  rsvps = (command: RsvpsCommand) => this.#execute(rsvpsDecider, ofRsvps, command)
  guest = (n: number, command: GuestCommand) => this.#execute(guestDecider, ofGuest(n), command)

  async publishedEvent(): Promise<void> {
    await this.host({
      kind: 'register',
      email: 'anna@example.org',
      name: 'Anna Host',
      passwordHash: 'argon2',
    })
    await this.settings({ kind: 'create', ownerId: HOST, ...DETAILS })
    await this.settings({ kind: 'publish' })
  }

  async invite(n: number, { email, phone }: { email?: string | null; phone?: string } = {}): Promise<void> {
    const address = email === undefined ? `guest${String(n)}@example.org` : email
    const contact = { name: `Guest ${String(n)}`, email: address, phone: phone ?? null, externalRef: null }
    await this.guest(n, { kind: 'invite', ...contact, plusOnesAllowed: 3, utmSource: null, batchId: null })
  }

  async queueInvitation(
    n: number,
    channel: 'email' | 'sms' = 'email',
    messageId = `message-${String(n)}`,
  ): Promise<void> {
    await this.guest(n, { kind: 'queue_invitation', messageId, channel, onlyIfNone: false })
  }

  async answer(
    n: number,
    answer: 'attending' | 'declined' | 'maybe',
    partySize = 1,
    note: string | null = null,
  ): Promise<void> {
    const looked = { plusOnesAllowed: 3, open: true, plusOneNames: [], note, at: this.now }
    await this.rsvps({ kind: 'answer', guestId: guestId(n), answer, partySize, ...looked })
  }

  async facts(stream: string): Promise<readonly Fact[]> {
    return (await this.front.factLog.read(stream)).facts
  }

  /** Types of the facts of a guest after the link was issued. */
  async history(n: number): Promise<string[]> {
    return (await this.facts(ofGuest(n))).slice(2).map(({ type }) => type)
  }

  mailsTo(n: number): ReceivedMail[] {
    return this.smtp.received.filter(({ to }) => to.includes(`guest${String(n)}@example.org`))
  }
}

/** Waits until something holds; fails with what it last said. */
export const eventually = (assertion: () => void | Promise<void>) =>
  vi.waitFor(assertion, { timeout: 15_000, interval: 50 })

/** A test in a world of its own, with a published event and one guest. */
export const inWorld = test.extend('world', async ({}, { onCleanup }) => {
  const world = await World.create()
  onCleanup(() => world.end())
  await world.publishedEvent()
  await world.invite(1)
  return world
})
