import { execFile } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SECOND } from '../kernel/time.ts'
import type { Log } from './log.ts'

const run = promisify(execFile)

export interface PostmasterFile {
  readonly pid: number
  readonly ready: boolean
  /** TCP port; NaN until the server has written it. */
  readonly port: number
}

/**
 * Reads `postmaster.pid`, the file by which `pg_ctl` too learns what the server does: process id in line 1, port in line 4,
 * status in line 8. Source: src/include/utils/pidfile.h of PostgreSQL 18.
 */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(fileIn(clusterDir), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return { pid, ready: (lines[7] ?? '').trim() === 'ready', port: Number.parseInt(lines[3] ?? '', 10) }
}

function fileIn(clusterDir: string): string {
  return path.join(clusterDir, 'postmaster.pid')
}

/**
 * Stops a server that outlived its killed parent. The caller holds the lock of the folder, so that a server found here
 * belongs to nobody.
 */
export async function stopOrphan(clusterDir: string, log: Log): Promise<void> {
  const found = await readPostmasterFile(clusterDir)
  if (found === undefined || !isAlive(found.pid)) return
  if (!(await isPostmaster(found.pid, clusterDir))) {
    await disownPid(clusterDir)
    return
  }
  log.warn({ pid: found.pid }, 'a PostgreSQL server of a killed GuestGuard process still runs; stopping it')
  // Fast, then immediate shutdown: https://www.postgresql.org/docs/18/server-shutdown.html
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signalIfAlive(found.pid, signal)
    if (await hasEnded(found.pid, clusterDir, 10 * SECOND)) return
  }
  throw new Error(`the PostgreSQL server with process id ${String(found.pid)} in ${clusterDir} does not stop`)
}

/**
 * The process id was given to another program. PostgreSQL would refuse to start if that program has the same user, so
 * the file gets the id of this process, the parent of the server to come, which PostgreSQL knows to be stale. The file
 * itself stays: its shared memory key tells the new server whether old backends are still at work.
 */
async function disownPid(clusterDir: string): Promise<void> {
  const file = fileIn(clusterDir)
  const lines = (await readFile(file, 'utf8')).split('\n')
  lines[0] = String(process.pid)
  await writeFile(file, lines.join('\n'))
}

/** The server works in its data directory; that tells it from another program that got the same process id. */
async function isPostmaster(pid: number, clusterDir: string): Promise<boolean> {
  if (process.platform === 'linux') {
    try {
      const [working, cluster] = await Promise.all([stat(`/proc/${String(pid)}/cwd`), stat(clusterDir)])
      return working.dev === cluster.dev && working.ino === cluster.ino
    } catch {
      return false
    }
  }
  const { stdout } = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }))
  return stdout.includes(clusterDir)
}

async function hasEnded(pid: number, clusterDir: string, timeout: number): Promise<boolean> {
  for (let waited = 0; waited < timeout; waited += 25) {
    // A zombie that nobody reaps, as under a careless process 1 of a container, has no working directory any more.
    if (!isAlive(pid) || !(await isPostmaster(pid, clusterDir))) return true
    await sleep(25)
  }
  return false
}

function isAlive(pid: number): boolean {
  return signalIfAlive(pid, 0)
}

function signalIfAlive(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
