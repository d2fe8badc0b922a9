import { createEmbeddedStore, migrations } from '../../eventstore/embedded/store.ts'
import { createEventStoreDbStore } from '../../eventstore/eventstoredb/store.ts'
import type { EventStore } from '../../eventstore/port.ts'
import { migrate } from '../../postgres/migrate.ts'
import { createPool } from '../../postgres/pool.ts'
import { UsageError, type CommandRun } from '../command.ts'
import { quietLogger } from '../logger.ts'

/** A log that was opened for one command. */
export interface OpenLog {
  readonly store: EventStore
  /** Whether appends made at once keep their order; see `FillOptions`. */
  readonly ordered: boolean
  close(): Promise<void>
}

/**
 * Opens a log by what stands on the command line: `embedded` (in the database of this installation), an address without
 * a password, or `env:NAME`, the variable that holds the address.
 * @throws UsageError
 */
export async function openLog(run: CommandRun, text: string, option: string): Promise<OpenLog> {
  if (text === 'embedded') return openEmbedded((await run.open()).databaseUrl)
  const url = addressOf(run, text, option)
  if (/^postgres(?:ql)?:\/\//.test(url)) return openEmbedded(url)
  if (!/^(?:esdb|kurrentdb)(?:\+discover)?:\/\//.test(url))
    throw new UsageError(
      `${option} takes embedded, an esdb:// address, or env:NAME of a variable with an address.`,
    )
  const store = createEventStoreDbStore(url, quietLogger)
  return { store, ordered: false, close: () => store.close() }
}

function addressOf({ env }: CommandRun, text: string, option: string): string {
  const [, name] = /^env:(.+)$/.exec(text) ?? []
  if (name !== undefined) {
    const value = env[name]
    if (value === undefined || value === '')
      throw new UsageError(`${option}: the variable ${name} is not set.`)
    return value
  }
  if (/:\/\/[^/@?#]*:[^/@?#]*@/.test(text)) {
    throw new UsageError(
      `${option}: a password among the arguments can be read by everybody on this machine. ` +
        `Put the address into a variable, such as EVENTSTORE_URL, and say ${option} env:EVENTSTORE_URL.`,
    )
  }
  return text
}

async function openEmbedded(url: string): Promise<OpenLog> {
  const pool = createPool(url, { log: quietLogger, max: 6, applicationName: 'guestguard ops log' })
  const store = createEmbeddedStore({ pool, log: quietLogger })
  const close = async (): Promise<void> => {
    await store.close()
    await pool.end()
  }
  await migrate(pool, migrations).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return { store, ordered: true, close }
}
