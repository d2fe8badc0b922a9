import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The system user a PostgreSQL process runs as; `undefined` means the user of this process. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

const run = promisify(execFile)

/** Tried in this order; `nobody` is on every Linux and macOS. */
const CANDIDATES = ['postgres', 'nobody']

/**
 * PostgreSQL refuses to run as root, so root hands it to an unprivileged user that is already on the machine.
 * No system account is created: a program started with `npm start` should not edit /etc/passwd.
 *
 * @param clusterDir an existing cluster keeps the user it was made with
 * @returns `undefined` when this process is not root
 * @throws Error when root finds no unprivileged user
 */
export async function serverIdentity(clusterDir: string): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const existing = await stat(clusterDir).catch(() => undefined)
  if (existing !== undefined && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid }
  for (const name of CANDIDATES) {
    const identity = await lookUp(name)
    if (identity !== undefined) return identity
  }
  throw new Error(
    `PostgreSQL does not run as root and this machine has none of the users ${CANDIDATES.join(', ')}. ` +
      'Start GuestGuard as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  )
}

async function lookUp(name: string): Promise<Identity | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}
