import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import type { Identity } from './run-as.ts'

const run = promisify(execFile)

/** One PostgreSQL data directory, the user it belongs to and the password of its roles. */
export interface Cluster {
  readonly dir: string
  readonly identity: Identity | undefined
  readonly password: string
}

/**
 * What PostgreSQL is told its data directory is.
 *
 * Under root on Linux it is the working directory, which this process sets before it gives its rights up: the server
 * user then needs no way through the parent folders, and a DATA_DIR under /root works.
 */
export function pathForServer(dir: string, identity: Identity | undefined): string {
  return identity !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : dir
}

/**
 * Opens `<dataDir>/postgres`, creating the cluster when there is none. The caller holds the lock of `dataDir`.
 * A kill at any point leaves either no cluster or a whole one: it is made beside its place and renamed into it.
 *
 * @throws Error with a sentence when the password file of an existing cluster is missing
 */
export async function openCluster(
  dataDir: string,
  binaries: Binaries,
  identity: Identity | undefined,
): Promise<Cluster> {
  const dir = path.join(dataDir, 'postgres')
  const passwordFile = path.join(dataDir, 'postgres.password')
  const found = await readFile(passwordFile, 'utf8').catch(() => undefined)
  if (await isCluster(dir, identity)) {
    if (found === undefined) {
      throw new Error(`${passwordFile} is missing: copy it back from where the data folder was copied from.`)
    }
    return { dir, identity, password: found.trim() }
  }
  await removeUnfinished(dataDir)
  const password = randomBytes(24).toString('hex')
  await writeDurably(passwordFile, `${password}\n`)
  const half = path.join(dataDir, `postgres.new-${randomBytes(4).toString('hex')}`)
  await mkdir(half, { mode: 0o700 })
  if (identity !== undefined) await chown(half, identity.uid, identity.gid)
  await initdb(half, binaries, identity, password)
  await rename(half, dir)
  await syncFolder(dataDir)
  return { dir, identity, password }
}

/** Major version of the binaries that package.json pins. */
const SERVER_VERSION = '18'

async function isCluster(dir: string, identity: Identity | undefined): Promise<boolean> {
  try {
    const version = (await readFile(path.join(dir, 'PG_VERSION'), 'utf8')).trim()
    if (version === SERVER_VERSION) return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT') return false
    if (error.code !== 'EACCES' || identity !== undefined) throw error
    throw new Error(
      `${dir} belongs to another user, perhaps because GuestGuard ran as root before. ` +
        'Run it as root again, or give the folder to this user with chown -R.',
      { cause: error },
    )
  }
  throw new Error(
    `${dir} was made by another PostgreSQL than ${SERVER_VERSION}. Dump it with that version and load it into a new folder: ` +
      'https://www.postgresql.org/docs/18/upgrading.html',
  )
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith('postgres.new-')) continue
    await rm(path.join(dataDir, name), { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Byte order with Unicode letter case, built into PostgreSQL: an upgrade of the system's libc cannot break an index. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

async function initdb(
  dir: string,
  binaries: Binaries,
  identity: Identity | undefined,
  password: string,
): Promise<void> {
  const secret = await mkdtemp(path.join(tmpdir(), 'guestguard-'))
  const pwfile = path.join(secret, 'password')
  try {
    await writeFile(pwfile, password, { mode: 0o600 })
    if (identity !== undefined) {
      await chown(pwfile, identity.uid, identity.gid)
      await chown(secret, identity.uid, identity.gid)
    }
    const authentication = ['--username=postgres', `--pwfile=${pwfile}`, '--auth=scram-sha-256']
    await run(
      binaries.initdb,
      ['-D', pathForServer(dir, identity), ...authentication, ...LOCALE, '--no-instructions'],
      { ...identity, cwd: dir, env: serverEnvironment() },
    )
  } catch (error) {
    const detail = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`PostgreSQL could not create its data folder ${dir}: ${detail}`, { cause: error })
  } finally {
    await rm(secret, { recursive: true, force: true })
  }
}

/** Fixed, so that neither PGDATA, PGPORT nor a locale of the shell reaches the server. */
export function serverEnvironment(): Record<string, string> {
  return { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
