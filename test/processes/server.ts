import { createOpenings } from '../../src/commands/guest/opening.ts'
import { createCommandHandler, type CommandHandler } from '../../src/commands/handle.ts'
import { createEmbeddedStore } from '../../src/eventstore/embedded/store.ts'
import { createLog, type Log as FactLog } from '../../src/eventstore/log.ts'
import type { EventStore } from '../../src/eventstore/port.ts'
import type { Place } from '../../src/events/guest.ts'
import type { Clock } from '../../src/kernel/time.ts'
import { createMailer } from '../../src/notify/mailer.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { createSms } from '../../src/notify/sms.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { createProcesses, type Processes, type ProcessesOptions } from '../../src/processes/create.ts'
import { defaultRuleSet } from '../../src/scoring/rules/registry.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'
import { openVault, type Vault } from '../../src/vault/vault.ts'
import { silentLog } from '../support/log.ts'

/** One server process, as main would put it together, with everything real but the place of an IP address. */
export interface TestServer {
  readonly store: EventStore
  readonly factLog: FactLog
  readonly vault: Vault
  readonly commands: CommandHandler
  readonly processes: Processes
  stop(): Promise<void>
}

export interface TestServerOptions {
  readonly databaseUrl: string
  readonly smtpUrl: string
  readonly outboxFolder: string
  readonly clock: Clock
  readonly lookup?: (ip: string) => Promise<Place | null>
  readonly changes?: Partial<ProcessesOptions>
}

const SECRET = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f1', 'hex')

/** A code that tells which challenge it is for: the letters of its id, as numbers. */
export const codeOf = (challengeId: string) =>
  Buffer.from(challengeId)
    .reduce((sum, letter) => (sum * 31 + letter) % 1_000_000, 7)
    .toString()
    .padStart(6, '0')

const links: ProcessesOptions['links'] = {
  guestLink: ({ guestId, version }) => `https://party.example/r/${guestId}.${String(version)}`,
  pass: ({ guestId, version, validUntil }) => `${guestId} ${String(version)} ${String(validUntil)}`,
  passCode: () => '7K3QM-X09TZ',
  stepUpCode: (challengeId) => codeOf(challengeId),
  resetLink: ({ hostId, passwordHash }) =>
    Promise.resolve({ url: `https://party.example/reset#${hostId}.${passwordHash}`, validFor: 1_800_000 }),
}

export async function createServer(options: TestServerOptions): Promise<TestServer> {
  const { databaseUrl, smtpUrl, clock } = options
  const log = silentLog
  const pool = createPool(databaseUrl, { log, max: 4 })
  const storePool = createPool(databaseUrl, { log, max: 6 })
  const store = createEmbeddedStore({ pool: storePool, log })
  const vault = await openVault({ pool, url: databaseUrl, ring: new KeyRing([SECRET]), log })
  const factLog = createLog(store, vault)
  const commands = createCommandHandler(factLog)
  const outbox = createOutbox(options.outboxFolder)
  const mailer = createMailer({ smtpUrl, from: 'no-reply@party.example', outbox, clock })
  const openings = createOpenings({
    commands,
    lookup: options.lookup ?? (() => Promise.resolve(null)),
    rules: () => Promise.resolve({ ruleSet: defaultRuleSet, shadow: null }),
    budgetMs: 250,
    onOverrun: () => undefined,
  })
  const processes = createProcesses({
    store,
    factLog,
    pool,
    databaseUrl,
    commands,
    openings,
    vault,
    mailer,
    sms: createSms({ twilio: null, outbox, clock }),
    links,
    mailDomain: 'party.example',
    clock,
    log,
    intervals: { pollSeconds: 0.5, superviseSeconds: 1 },
    ...options.changes,
  })
  return {
    store,
    factLog,
    vault,
    commands,
    processes,
    async stop() {
      await processes.stop()
      await mailer.close()
      await vault.close()
      await store.close()
      await Promise.all([pool.end(), storePool.end()])
    },
  }
}
