import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Bytes that a file may have while the quota is spent: less than any mail, more than nothing. */
const SPENT = 512

/**
 * Spends the disk quota of a running process: from now on no file that it writes can become larger than some bytes, and
 * writing more fails as on a full disk (EFBIG, after what fits was written). Only the soft limit changes, so that a user
 * without privileges may lift it again. A server that the process has started before keeps the limit it had.
 */
export const spendQuota = (pid: number) => limit(pid, `${String(SPENT)}:`)

export const liftQuota = (pid: number) => limit(pid, 'unlimited:')

async function limit(pid: number, size: string): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--fsize=${size}`])
}

/** @returns why no quota can be spent on this machine, null when it can */
export async function quotaObstacle(): Promise<string | null> {
  try {
    await run('prlimit', ['--pid', String(process.pid), '--fsize'])
    return null
  } catch (error) {
    return `prlimit does not work here (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`
  }
}
