import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { Closers } from '../../src/closers.ts'
import { readConfig, type Config } from '../../src/config.ts'
import { seed } from '../../src/demo/seed.ts'
import { layFoundation, type Foundation } from '../../src/foundation.ts'
import { createTestDatabase } from '../support/postgres.ts'

/** A Wednesday afternoon in Lyon. */
export const NOW = Date.parse('2026-06-10T14:20:00.000Z')

export const silent = pino({ level: 'silent' })

/** The story, told into a database of its own. */
export interface Told {
  readonly foundation: Foundation
  readonly config: Config
  /** Pages for a product that is started on it. */
  readonly webRoot: string
  /** Closes what the story was told with; what follows may start the product on the same database. */
  leave(): Promise<void>
  end(): Promise<void>
}

export async function tellStory(): Promise<Told> {
  const database = await createTestDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-demo-'))
  const webRoot = path.join(folder, 'web')
  await mkdir(webRoot)
  for (const page of ['index.html', 'r.html', 'scan.html']) await writeFile(path.join(webRoot, page), page)
  const config = readConfig({ PORT: '0', DATA_DIR: path.join(folder, 'data'), DATABASE_URL: database.url })
  const closers = new Closers(silent)
  const foundation = await layFoundation(config, silent, { now: () => NOW }, closers)
  await seed(foundation, NOW)
  return {
    foundation,
    config,
    webRoot,
    leave: () => closers.closeAll(),
    async end() {
      await closers.closeAll()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until everything that was recorded can be read. */
export async function readable({ store, projections }: Foundation): Promise<void> {
  const head = await store.head()
  if (!(await projections.waitFor(head, 20_000))) throw new Error('the read models did not catch up')
}
