import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { startEmbeddedPostgres } from '../../postgres/embedded.ts'
import { UsageError } from '../command.ts'
import { quietLogger } from '../logger.ts'

/** The database is made in here and moved to its place when it is complete. */
const HALF = 'restore.part'

const MAY_BE_THERE = ['master.key', HALF]

/**
 * Makes the embedded database of a data folder that has none. Killed at any point, the folder has no database or the
 * whole one.
 * @param work fills the database behind the URL
 * @throws UsageError when the folder is not empty
 */
export async function inNewFolder<T>(dataDir: string, work: (url: string) => Promise<T>): Promise<T> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const there = (await readdir(dataDir)).filter((name) => !MAY_BE_THERE.includes(name))
  if (there.length > 0) {
    throw new UsageError(
      `${dataDir} is not empty (${there.slice(0, 3).join(', ')}). A backup is restored only where nothing is overwritten: ` +
        'set DATA_DIR to a new folder.',
    )
  }
  const half = path.join(dataDir, HALF)
  await rm(half, { recursive: true, force: true })
  const server = await startEmbeddedPostgres({ dataDir: half, log: quietLogger })
  let result: T
  try {
    result = await work(server.url)
  } finally {
    await server.stop()
  }
  // The cluster last: it is what makes the folder an installation.
  for (const name of ['postgres.password', 'postgres'])
    await rename(path.join(half, name), path.join(dataDir, name))
  await rm(half, { recursive: true, force: true })
  return result
}
