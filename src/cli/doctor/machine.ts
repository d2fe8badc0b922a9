import { access, constants, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.ts'
import { SECOND } from '../../kernel/time.ts'
import { bytesText } from '../table.ts'
import { broken, ok, reasonOf, warning, type Finding } from './finding.ts'

/** What package.json brings along. */
const NODE_MAJOR = 24

export function examineNode(): Finding {
  const { node } = process.versions
  if (Number(node.split('.')[0]) >= NODE_MAJOR) return ok('node', `version ${node}`)
  return broken(
    'node',
    `version ${node} runs this, ${String(NODE_MAJOR)} is needed`,
    'Run npm ci: it brings Node 24 along.',
  )
}

const permissions = (mode: number) => (mode & 0o777).toString(8)

/** The folder, and what is free on its disk. */
export async function examineFolder({ dataDir }: Pick<Config, 'dataDir'>): Promise<Finding[]> {
  const found = await stat(dataDir).catch(() => null)
  if (found === null) {
    const parent = path.dirname(dataDir)
    const writable = await mayWrite(parent)
    return [
      writable
        ? ok('data folder', `${dataDir} is not there yet; the first start makes it`)
        : broken(
            'data folder',
            `${dataDir} is not there, and ${parent} may not be written`,
            `Set DATA_DIR, or: mkdir -p ${dataDir} as a user who may.`,
          ),
    ]
  }
  if (!found.isDirectory())
    return [broken('data folder', `${dataDir} is no folder`, 'Set DATA_DIR to a folder.')]
  if (!(await mayWrite(dataDir)))
    return [
      broken('data folder', `${dataDir} may not be written by this user`, `chown -R "$(id -u)" ${dataDir}`),
    ]
  const open = (found.mode & 0o077) !== 0
  return [
    open
      ? warning(
          'data folder',
          `${dataDir} is open to other users (mode ${permissions(found.mode)})`,
          `chmod 700 ${dataDir}`,
        )
      : ok('data folder', `${dataDir}, mode ${permissions(found.mode)}`),
    await examineDisk(dataDir),
  ]
}

const mayWrite = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )

/** A full disk stops PostgreSQL; the log of an event with 1,000 guests takes some 20 MB. */
const LITTLE = 2_000_000_000
const TOO_LITTLE = 300_000_000

async function examineDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const detail = `${bytesText(free)} free`
  const mend = 'Make room: guestguard projections drop-old all, or a larger disk.'
  if (free < TOO_LITTLE) return broken('disk', detail, mend)
  return free < LITTLE ? warning('disk', detail, mend) : ok('disk', detail)
}

/** Whether the port is free, or the product answers on it. */
export async function examinePort({
  host,
  port,
  role,
}: Pick<Config, 'host' | 'port' | 'role'>): Promise<Finding[]> {
  if (role === 'worker' || port === 0) return []
  const address = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${String(port)}`
  try {
    const answer = await fetch(`${address}/health`, { signal: AbortSignal.timeout(3 * SECOND) })
    const body = (await answer.json().catch(() => null)) as { status?: string } | null
    if (answer.ok && body?.status === 'ok') return [ok('web server', `the product answers on ${address}`)]
    return [
      broken('web server', `another program answers on ${address}`, 'Stop it, or set PORT to another one.'),
    ]
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code === 'ECONNREFUSED')
      return [ok('web server', `${address} is free; the product does not run there`)]
    return [warning('web server', `${address}: ${reasonOf(error)}`, 'See what listens there: ss -ltnp')]
  }
}
