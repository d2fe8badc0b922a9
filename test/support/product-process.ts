import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { TestClient } from './client.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The product as operators run it: a process of its own, with embedded defaults. */
export interface ProductProcess {
  readonly pid: number
  /**
   * Resolves with the address that it prints once it is ready; of a worker, which has none, with an empty one.
   * @throws Error when it ends before that
   */
  readonly ready: Promise<string>
  readonly ended: Promise<Ended>
  /** @returns a visitor of the running product */
  client(ip?: string): Promise<TestClient>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>
}

/** The pages are built as `npm start` builds them; it takes some milliseconds when there is nothing to do. */
export async function requirePages(): Promise<void> {
  if (existsSync(path.join(ROOT, 'dist/web/index.html'))) return
  await promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/build-web.ts')])
}

/** @param preload a module that is loaded before the product */
export function spawnProduct(env: Readonly<Record<string, string>>, preload?: string): ProductProcess {
  const { PATH = '', HOME = '' } = process.env
  const before = preload === undefined ? [] : ['--import', preload]
  const child = spawn(process.execPath, [...before, path.join(ROOT, 'src/main.ts')], {
    cwd: ROOT,
    env: {
      PATH,
      HOME,
      PORT: '0',
      GEOIP_PROVIDER: 'null',
      TRUST_PROXY: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      const ready = /is ready at (\S+)|worker is running/.exec(stdout)
      if (ready !== null) resolve(ready[1] ?? '')
    })
    void ended.then(() => {
      reject(new Error(`it ended before it was ready: ${stderr}`))
    })
  })
  ready.catch(() => undefined)
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    client: async (ip = '10.0.0.1') => new TestClient(`http://127.0.0.1:${new URL(await ready).port}`, ip),
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}

/** A folder for DATA_DIR, and nothing else in it. */
export async function createDataDir(): Promise<{ readonly dir: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-process-'))
  return {
    dir: path.join(folder, 'data'),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  }
}

/** @returns the process id of the database server of an installation, null when none was started or it has stopped */
export async function postmasterOf(dataDir: string): Promise<number | null> {
  const file = path.join(dataDir, 'postgres/postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until something holds, 30 s at most. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return
    await sleep(50)
  }
  throw new Error(`it never came to this: ${what}`)
}
