import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Address, domainOf } from './address.ts'
import { Closers } from './closers.ts'
import type { CommandHandler } from './commands/handle.ts'
import type { Openings } from './commands/guest/opening.ts'
import type { ConfiguredEvent } from './commands/settings/decider.ts'
import type { Config } from './config.ts'
import type { EventStore } from './eventstore/port.ts'
import { layFoundation, type Foundation } from './foundation.ts'
import { buildApp } from './http/app.ts'
import type { AppDeps, Passwords } from './http/deps.ts'
import { buildOps } from './http/ops.ts'
import { systemClock, type Clock } from './kernel/time.ts'
import { calendarFile } from './notify/calendar.ts'
import { createMailer } from './notify/mailer.ts'
import { createOutbox, type Outbox } from './notify/outbox.ts'
import { qrSvg } from './notify/pass.ts'
import { createSms } from './notify/sms.ts'
import { createObservability, type Observability } from './observability/create.ts'
import { isTransient } from './postgres/transient.ts'
import { createTurns } from './postgres/turns.ts'
import { outboxOf } from './outbox.ts'
import { createProcesses, type Processes } from './processes/create.ts'
import type { Projections } from './projections/create.ts'
import { createReplays } from './projections/preview-replay.ts'
import { watchReadiness, type ReadinessCheck } from './readiness.ts'
import { hashPassword, needsRehash, verifyPassword } from './tokens/password.ts'
import type { LinkClaims, Tokens } from './tokens/tokens.ts'

export interface ProductOptions {
  readonly config: Config
  readonly logger: FastifyBaseLogger
  readonly clock?: Clock
  /** Folder of the built pages; default: where the build puts them. */
  readonly webRoot?: string
  /** How long a read model may stand still while facts wait, in milliseconds; tests shorten it. */
  readonly stuckAfter?: number
}

const BUILT_PAGES = join(import.meta.dirname, '../dist/web')

/** The running product. */
export interface Product {
  /** Where it listens, such as http://localhost:8080; null for a worker. */
  readonly url: string | null
  readonly app: FastifyInstance
  /** What monitors ask, with `OPS_PORT`; null without. */
  readonly ops: FastifyInstance | null
  readonly commands: CommandHandler
  readonly openings: Openings
  readonly projections: Projections
  readonly store: EventStore
  readonly tokens: Tokens
  /** Takes no new requests, finishes what is under way, then closes what it stands on, the database last. */
  stop(): Promise<void>
}

/**
 * Starts everything that the configuration asks for.
 * @throws Error with a sentence for the operator; what was started before is stopped
 */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const closers = new Closers(options.logger)
  try {
    return await start(options, closers)
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

/** What the parts of one start share. */
interface Start {
  readonly config: Config
  readonly logger: FastifyBaseLogger
  readonly clock: Clock
  readonly closers: Closers
  readonly address: Address
  readonly outbox: Outbox
  readonly foundation: Foundation
  readonly observability: Observability
  readonly readiness: ReadinessCheck
}

async function start(
  { config, logger, clock = systemClock, webRoot = BUILT_PAGES, stuckAfter }: ProductOptions,
  closers: Closers,
): Promise<Product> {
  const observability = await observe(config, logger, closers)
  const foundation = await layFoundation(config, logger, clock, closers, observability)
  const outbox = createOutbox(join(config.dataDir, 'outbox'))
  const readiness = watchReadiness({ ...foundation, stuckAfter })
  closers.add('the readiness check', () => readiness.stop())
  const address = new Address(config)
  const base = { config, logger, clock, closers, address, outbox, foundation }
  const parts: Start = { ...base, observability, readiness }
  const processes = config.role === 'api' ? null : prepareProcesses(parts)

  const app = await buildApp({ ...appDeps(parts), webRoot })
  closers.add('the web server', () => app.close())
  const { commands, openings, projections, store, tokens } = foundation
  observability.watch({ projections, processes, liveClients: () => app.websocketServer.clients.size })
  const ops = await startOps(parts)
  if (config.role !== 'worker') {
    await app.listen({ port: config.port, host: config.host }).catch(explainListening('PORT', config))
    address.listening(app)
  }
  // Only now is the address known that mails lead to.
  await processes?.start()
  const url = config.role === 'worker' ? null : address.publicUrl()
  return { url, app, ops, commands, openings, projections, store, tokens, stop: () => closers.closeAll() }
}

async function observe(config: Config, logger: FastifyBaseLogger, closers: Closers): Promise<Observability> {
  const { role, tracing } = config
  const store = config.eventStoreUrl === null ? 'embedded' : 'eventstoredb'
  const warn = (message: string) => {
    logger.warn({ reason: message }, 'spans were not taken')
  }
  const observability = await createObservability({ role, store, tracing, warn })
  closers.add('the traces', () => observability.close())
  return observability
}

/** @returns what monitors ask, listening; null where no port is set for it */
async function startOps(parts: Start): Promise<FastifyInstance | null> {
  const { config, logger, closers, observability, readiness } = parts
  const { opsPort: port, host, metricsToken: token } = config
  if (port === null) return null
  const ops = await buildOps({
    logger,
    isOutage: isTransient,
    ready: () => readiness.look(),
    metrics: () => observability.metrics(),
    metricsAccess: { token, fromHere: true },
  })
  closers.add('the port for monitors', () => ops.close())
  await ops.listen({ port, host }).catch(explainListening('OPS_PORT', { port, host }))
  return ops
}

function prepareProcesses(parts: Start): Processes {
  const { config, logger, clock, closers, address, outbox, foundation, observability } = parts
  const { databaseUrl, pool, vault, store, log, commands, tokens, openings } = foundation
  const mailer = observability.mailer(
    createMailer({ smtpUrl: config.smtpUrl, from: config.mailFrom, outbox, clock }),
  )
  closers.add('the mailer', () => mailer.close())
  const processes = createProcesses({
    store,
    factLog: log,
    pool,
    databaseUrl,
    openings,
    vault,
    log: logger,
    commands,
    mailer,
    sms: observability.sms(createSms({ twilio: config.twilio, outbox, clock })),
    around: observability.jobs,
    links: {
      guestLink: (link: LinkClaims) => `${address.publicUrl()}/r/${tokens.issueLink(link)}`,
      pass: (pass) => tokens.signPass(pass),
      passCode: (link: LinkClaims) => tokens.passCode(link),
      stepUpCode: (challengeId: string) => tokens.stepUpCode(challengeId),
      async resetLink({ hostId, passwordHash }) {
        const { token, validFor } = await tokens.issueReset(hostId, passwordHash)
        return { url: `${address.publicUrl()}/reset#${token}`, validFor }
      },
    },
    mailDomain: domainOf(config.mailFrom),
    clock,
  })
  closers.add('the processes', () => processes.stop())
  return processes
}

function appDeps(parts: Start): Omit<AppDeps, 'webRoot'> {
  const { config, logger, clock, address, outbox, foundation, observability, readiness } = parts
  const { pool, vault, store, log, commands, tokens, openings, projections, geo } = foundation
  const domain = domainOf(config.mailFrom)
  const calendarOf = (eventId: string, { name, eventDate, venue, changes: sequence }: ConfiguredEvent) =>
    calendarFile({ eventId, name, eventDate, venue, sequence, domain }).content.toString('utf8')
  const { attribution: text, attributionUrl: url } = geo.describe()
  return {
    logger,
    clock,
    commands,
    openings,
    readModels: projections,
    replayPreview: createReplays(log, projections.queries.preview),
    head: () => store.head(),
    tokens,
    passwords,
    forget: (subject) => vault.forget([subject]),
    inTurn: createTurns(pool),
    ready: () => readiness.look(),
    observer: observability.http,
    metrics: () => observability.metrics(),
    // A proxy on this machine would look like somebody on it: where links lead elsewhere, only the token opens.
    metricsAccess: { token: config.metricsToken, fromHere: address.isLocal },
    isOutage: isTransient,
    outbox: config.smtpUrl === null && address.isLocal ? outboxOf(outbox) : null,
    calendarFile: calendarOf,
    qrSvg,
    geoAttribution: text === undefined || url === undefined ? null : { text, url },
    publicUrl: () => address.publicUrl(),
    trustProxy: config.trustProxy,
  }
}

/** @returns a handler that throws the error again, as a sentence that names the variable to change */
function explainListening(
  variable: 'PORT' | 'OPS_PORT',
  { port, host }: Pick<Config, 'port' | 'host'>,
): (error: unknown) => never {
  return (cause) => {
    const { code = '', message } = cause as NodeJS.ErrnoException
    const where = `${host}:${String(port)}`
    const sentences: Readonly<Record<string, string>> = {
      EADDRINUSE: `${variable}: another program listens on ${where} already. Stop it, or set ${variable} to another one.`,
      EACCES: `${variable}: this user may not listen on ${where}. Set ${variable} to 1024 or more.`,
      EADDRNOTAVAIL: `HOST: ${host} is not an address of this machine.`,
      ENOTFOUND: `HOST: ${host} is not an address of this machine.`,
    }
    throw new Error(sentences[code] ?? `HOST, ${variable}: cannot listen on ${where}: ${message}`, { cause })
  }
}

const passwords: Passwords = {
  hash: hashPassword,
  verify: (password, hash) => verifyPassword(hash, password),
  needsRehash,
}
