import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { freePort } from '../../src/postgres/free-port.ts'
import { startEsdbServer, type EsdbServer } from '../support/esdb-server/server.ts'
import { silentLog } from '../support/log.ts'
import { postmasterOf, spawnProduct, type ProductProcess } from '../support/product-process.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** How the product is run. */
export const VARIANTS = ['alone', 'eventstoredb-split', 'eventstoredb', 'split'] as const
export type Variant = (typeof VARIANTS)[number]

const CLOCK = path.join(import.meta.dirname, 'skewed-clock.main.ts')

/** One process of the product, through all its deaths. */
export interface Member {
  readonly name: 'product' | 'api' | 'worker-1' | 'worker-2'
  process: ProductProcess
  /** Milliseconds that its clock is off. */
  skew: number
}

/**
 * The product as it is installed: one process with everything in it, or an api process and two workers beside a
 * database of their own, the log in PostgreSQL or in an event store behind a network.
 */
export class Stage {
  readonly variant: Variant
  readonly folder: string
  readonly dataDir: string
  readonly databaseDir: string
  readonly base: string
  readonly members: readonly Member[]
  readonly eventStore: { readonly server: EsdbServer; readonly network: TcpProxy } | null
  readonly #database: EmbeddedPostgres | null
  readonly #env: Readonly<Record<string, string>>

  private constructor(
    variant: Variant,
    folder: string,
    parts: { port: number; database: EmbeddedPostgres | null; eventStore: Stage['eventStore'] },
  ) {
    const { port, database, eventStore } = parts
    this.variant = variant
    this.folder = folder
    this.dataDir = path.join(folder, 'data')
    this.databaseDir = database === null ? this.dataDir : path.join(folder, 'database')
    this.base = `http://127.0.0.1:${String(port)}`
    this.eventStore = eventStore
    this.#database = database
    this.#env = {
      PORT: String(port),
      DATA_DIR: this.dataDir,
      ...(database === null ? {} : { DATABASE_URL: database.url }),
      ...(eventStore === null
        ? {}
        : { EVENTSTORE_URL: `esdb://127.0.0.1:${String(eventStore.network.port)}?tls=false` }),
    }
    const names = database === null ? (['product'] as const) : (['api', 'worker-1', 'worker-2'] as const)
    this.members = names.map((name) => ({ name, skew: 0, process: this.#spawn(name) }))
  }

  /** Every one that is open: whoever ends this program has to end them first, for they are programs of their own. */
  static readonly open = new Set<Stage>()

  static async raise(variant: Variant): Promise<Stage> {
    const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-faults-'))
    await mkdir(path.join(folder, 'data'), { mode: 0o700 })
    const database = variant.endsWith('split')
      ? await startEmbeddedPostgres({
          dataDir: path.join(folder, 'database'),
          log: silentLog,
          // Three processes of the product and those who look on.
          settings: { max_connections: '120' },
        })
      : null
    const eventStore = variant.startsWith('eventstoredb') ? await openEventStore() : null
    const stage = new Stage(variant, folder, { port: await freePort(), database, eventStore })
    Stage.open.add(stage)
    await stage.ready()
    return stage
  }

  /** Of the database server, null while it is down. */
  postmaster(): Promise<number | null> {
    return postmasterOf(this.databaseDir)
  }

  /** @returns the members that send mails */
  senders(): readonly Member[] {
    return this.members.filter(({ name }) => name !== 'api')
  }

  /** Ends a process and starts it again, with the clock it had. */
  async restart(member: Member, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await member.process.end(signal)
    member.process = this.#spawn(member.name)
    await member.process.ready
  }

  async setClock(member: Member, skew: number): Promise<void> {
    member.skew = skew
    await writeFile(this.#clockFile(member.name), String(skew))
    process.kill(member.process.pid, 'SIGWINCH')
  }

  /** Waits until every process says that it can do its work. */
  async ready(): Promise<void> {
    await Promise.all(this.members.map((member) => member.process.ready))
  }

  /** Ends all processes as an operator does. @returns those that did not end well */
  async stop(): Promise<string[]> {
    const ends = await Promise.all(
      this.members.map(async ({ name, process: running }) => ({ name, ...(await running.end('SIGTERM')) })),
    )
    await this.#database?.stop()
    return ends.flatMap(({ name, code, stderr }) =>
      code === 0 ? [] : [`${name} ended with ${String(code)}: ${stderr.slice(-500)}`],
    )
  }

  /** Ends whatever still runs. */
  async close(): Promise<void> {
    Stage.open.delete(this)
    await Promise.all(this.members.map((member) => member.process.end('SIGKILL')))
    await this.#database?.stop()
    this.eventStore?.network.close()
    this.eventStore?.server.stop()
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  #clockFile(name: string): string {
    return path.join(this.folder, `clock-${name}`)
  }

  #spawn(name: Member['name']): ProductProcess {
    const role = { product: 'all', api: 'api', 'worker-1': 'worker', 'worker-2': 'worker' }[name]
    return spawnProduct({ ...this.#env, ROLE: role, CLOCK_OFFSET_FILE: this.#clockFile(name) }, CLOCK)
  }
}

async function openEventStore() {
  const server = await startEsdbServer()
  return { server, network: await startTcpProxy(server.port) }
}
