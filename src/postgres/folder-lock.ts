import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface FolderLock {
  readonly release: () => void
}

/** Another live process holds the folder. The message names it and says what to do. */
export class FolderInUse extends Error {
  constructor(folder: string, owner: string) {
    super(
      `${folder} is in use by another GuestGuard process${owner}. ` +
        'Stop that one first, or give this one a DATA_DIR of its own.',
    )
    this.name = 'FolderInUse'
  }
}

/**
 * Takes a folder for this process alone.
 *
 * The lock is the operating system's own file lock, reached through SQLite because Node has no call for it. It ends
 * with the process however that ends, works between containers that share a volume, and needs no guess whether a
 * process id in a file is still the same process.
 *
 * @param folder an existing, writable folder
 * @throws FolderInUse at once, without waiting, when another process has it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const ownerFile = path.join(folder, 'owner.pid')
  const database = openLockFile(path.join(folder, 'owner.lock'))
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    const owner = await readFile(ownerFile, 'utf8').catch(() => '')
    throw new FolderInUse(folder, owner === '' ? '' : ` (process ${owner.trim()})`)
  }
  // Only for the sentence above; never trusted as the lock.
  await writeFile(ownerFile, `${String(process.pid)}\n`, { mode: 0o600 })
  return {
    release: () => {
      database.close()
    },
  }
}

function openLockFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 })
  } catch (cause) {
    throw new Error(`cannot write ${file}: give the folder to the user that runs GuestGuard.`, { cause })
  }
}

/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}
