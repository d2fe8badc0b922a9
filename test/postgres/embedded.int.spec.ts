import { execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { startEmbeddedProcess } from '../support/embedded-process.ts'
import { recordingLog, silentLog } from '../support/log.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'guestguard-embedded-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function start(log = silentLog): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log })
  onTestFinished(() => server.stop())
  return server
}

function postmasterPid(): number {
  return Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
}

function isRunning(pid: number): boolean {
  const state = execFileSync('sh', ['-c', `ps -o stat= -p ${String(pid)} || true`], {
    encoding: 'utf8',
  }).trim()
  return state !== '' && !state.startsWith('Z')
}

/** Kills the shell that would stop the server after the end of its parent. */
function killGuardOf(server: number): void {
  const processes = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  const guard = processes.find((line) => line.endsWith(` guestguard-postgres-guard ${String(server)}`))
  if (guard === undefined) throw new Error(`the server ${String(server)} has no guard`)
  process.kill(Number.parseInt(guard, 10), 'SIGKILL')
}

async function untilEnded(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { timeout: 15_000, interval: 50 }).toBe(false)
}

test('what was committed is there after a stop and a new start in the same folder', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const pid = postmasterPid()
  await first.stop()
  expect(isRunning(pid)).toBe(false)
  expect(existsSync(path.join(dataDir, 'postgres/postmaster.pid'))).toBe(false)

  const second = await start()
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('commits are durable: fsync, full page writes and synchronous commit are on', async () => {
  const server = await start()
  const sql = `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')`
  const rows = await query(server.url, sql)
  expect(Object.fromEntries(rows.map((row) => [row['name'], row['setting']]))).toEqual({
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    data_checksums: 'on',
  })
})

test('the server answers on the loopback address alone, to the right password, and the application is no superuser', async () => {
  const server = await start()
  expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  expect(await query(server.url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
    { rolsuper: false },
  ])
  const wrong = new URL(server.url)
  wrong.password = 'guess'
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
  expect(statSync(path.join(dataDir, 'postgres.password')).mode & 0o077).toBe(0)
})

test('a second process on the same folder is refused with the process that holds it', async () => {
  const owner = await startEmbeddedProcess(dataDir)
  onTestFinished(() => owner.kill('SIGKILL'))
  await expect(startEmbeddedProcess(dataDir)).rejects.toThrow(
    `${dataDir} is in use by another GuestGuard process (process ${String(owner.pid)})`,
  )
  expect(await query(owner.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('after kill -9 of the process the server ends by itself and the commits are there at the next start', async () => {
  const owner = await startEmbeddedProcess(dataDir)
  await query(owner.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const server = postmasterPid()
  await owner.kill('SIGKILL')
  await untilEnded(server)

  const next = await start()
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('a server that outlived its killed process and its guard is stopped at the next start', async () => {
  const owner = await startEmbeddedProcess(dataDir)
  await query(owner.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const orphan = postmasterPid()
  killGuardOf(orphan)
  await owner.kill('SIGKILL')
  expect(isRunning(orphan)).toBe(true)

  const log = recordingLog()
  const next = await start(log)
  expect(isRunning(orphan)).toBe(false)
  expect(log.lines.join('\n')).toContain('a PostgreSQL server of a killed GuestGuard process still runs')
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('kill -9 of process, guard and server at once loses no commit', async () => {
  const owner = await startEmbeddedProcess(dataDir)
  await query(owner.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  const server = postmasterPid()
  killGuardOf(server)
  process.kill(server, 'SIGKILL')
  await owner.kill('SIGKILL')
  expect(existsSync(path.join(dataDir, 'postgres/postmaster.pid'))).toBe(true)

  const next = await start()
  expect(await query(next.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('a server that is killed while the process lives comes back at the same address and the pool goes on', async () => {
  const log = recordingLog()
  const server = await start(log)
  const pool = createPool(server.url, { log })
  onTestFinished(() => pool.end())
  await pool.query('CREATE TABLE kept AS SELECT 42 AS answer')
  const held = await pool.connect()
  process.kill(postmasterPid(), 'SIGKILL')

  const answer = await vi.waitFor(() => pool.query('SELECT answer FROM kept'), {
    timeout: 20_000,
    interval: 100,
  })
  expect(answer.rows).toEqual([{ answer: 42 }])
  await expect(held.query('SELECT 1')).rejects.toThrow()
  held.release(true)
  expect(log.lines.join('\n')).toContain('PostgreSQL ended unexpectedly; starting it again')
  expect(log.lines.join('\n')).toContain('PostgreSQL accepts connections again')
})

test('Ctrl-C in the terminal reaches the application alone, which uses the database until it has drained', async () => {
  const owner = await startEmbeddedProcess(dataDir)
  const server = postmasterPid()
  const ended = owner.kill('SIGINT', { group: true })
  expect(await owner.line()).toBe('drained')
  await ended
  expect(await owner.exited).toBe(0)
  expect(isRunning(server)).toBe(false)
})

test('a postmaster.pid that names an unrelated living process does not keep the server from starting', async () => {
  await (await start()).stop()
  const { uid, gid } = statSync(path.join(dataDir, 'postgres'))
  const identity = process.getuid?.() === 0 ? { uid, gid } : {}
  const innocent = spawn('sleep', ['60'], { ...identity, cwd: '/' })
  onTestFinished(() => void innocent.kill('SIGKILL'))
  const file = path.join(dataDir, 'postgres/postmaster.pid')
  writeFileSync(file, `${String(innocent.pid)}\n${path.join(dataDir, 'postgres')}\n1700000000\n5432\n\n\n`)
  chownSync(file, uid, gid)

  const next = await start()
  expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(innocent.exitCode).toBeNull()
  expect(innocent.signalCode).toBeNull()
})

test('a cluster whose creation was interrupted is made again', async () => {
  mkdirSync(path.join(dataDir, 'postgres.new-0badc0de'))
  writeFileSync(path.join(dataDir, 'postgres.new-0badc0de/PG_VERSION'), '18\n')
  writeFileSync(path.join(dataDir, 'postgres.password'), 'of the interrupted one\n')
  const server = await start()
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(existsSync(path.join(dataDir, 'postgres.new-0badc0de'))).toBe(false)
})

test('a missing password file is reported with its name', async () => {
  await (await start()).stop()
  rmSync(path.join(dataDir, 'postgres.password'))
  await expect(startEmbeddedPostgres({ dataDir, log: silentLog })).rejects.toThrow(
    `${path.join(dataDir, 'postgres.password')} is missing`,
  )
})

test('a cluster of another major version is left alone and reported', async () => {
  await (await start()).stop()
  writeFileSync(path.join(dataDir, 'postgres/PG_VERSION'), '17\n')
  await expect(startEmbeddedPostgres({ dataDir, log: silentLog })).rejects.toThrow(
    'made by another PostgreSQL than 18',
  )
})

function everybodyMayEnter(folder: string): boolean {
  const open = (statSync(folder).mode & 0o001) !== 0
  return open && (path.dirname(folder) === folder || everybodyMayEnter(path.dirname(folder)))
}

/** Under root the tests above ran the server as an unprivileged user; this one gives up root for the whole process. */
test('an ordinary user runs it in a folder of their own', async ({ skip }) => {
  const nobody = { uid: 65_534, gid: 65_534 }
  const owner = process.getuid?.() === 0 ? nobody : undefined
  skip(
    owner !== undefined && !everybodyMayEnter(import.meta.dirname),
    'this checkout is in a folder of root alone',
  )
  if (owner !== undefined) chownSync(dataDir, owner.uid, owner.gid)
  const server = await startEmbeddedProcess(dataDir, owner)
  onTestFinished(() => server.kill('SIGINT'))
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(statSync(path.join(dataDir, 'postgres')).uid).toBe(owner?.uid ?? process.getuid?.())
})
