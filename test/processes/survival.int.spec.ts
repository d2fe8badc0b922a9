import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { BEGINNING } from '../../src/eventstore/port.ts'
import { DAY } from '../../src/kernel/time.ts'
import { createJobs } from '../../src/processes/jobs.ts'
import { createRunner } from '../../src/processes/runner.ts'
import { processManagers } from '../../src/processes/reactions.ts'
import { silentLog } from '../support/log.ts'
import { eventually, inWorld as test, type World } from './world.ts'

async function checkpoints(world: World): Promise<bigint[]> {
  const { rows } = await world.database.pool.query<{ position: string }>(
    'SELECT position FROM process_checkpoints',
  )
  return rows.map(({ position }) => BigInt(position))
}

const rewind = (world: World) => world.database.pool.query('UPDATE process_checkpoints SET position = 0')

/** A server in a process of its own, with its processes running. */
async function startChild({ database, smtp, now }: World): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('server.main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, database.url, smtp.url, String(now)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

test('a restart sends nothing twice and misses nothing that happened in between', async ({ world }) => {
  const first = await world.running()
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
  })
  await world.stop(first)
  await world.invite(2)
  await world.queueInvitation(2)
  await world.running()
  await world.quiet()
  expect(await world.history(2)).toContain('InvitationSent')
  expect(world.smtp.tries).toBe(2)
})

test('reading the whole log again makes no job and no mail again', async ({ world }) => {
  const first = await world.running()
  await world.queueInvitation(1)
  await world.answer(1, 'attending')
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
    expect(world.mailsTo(1)).toHaveLength(2)
  })
  await world.stop(first)
  await rewind(world)
  const { processes } = await world.running()
  await world.quiet()
  await eventually(async () => {
    expect(await processes.status()).toMatchObject({ holder: true, caughtUp: true })
  })
  expect(world.mailsTo(1)).toHaveLength(2)
})

test('a log without its database of jobs sends no invitation again, and no answer that is days old', async ({
  world,
}) => {
  const first = await world.running()
  await world.queueInvitation(1)
  await world.answer(1, 'attending')
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
    expect(world.mailsTo(1)).toHaveLength(2)
  })
  await world.stop(first)
  await rewind(world)
  await world.database.pool.query('TRUNCATE pgboss.job')
  world.now += 4 * DAY
  await world.running()
  await world.quiet()
  const { rows } = await world.database.pool.query('SELECT name, state FROM pgboss.job')
  expect(rows).toEqual([{ name: 'invitation', state: 'completed' }])
  expect(world.smtp.tries).toBe(2)
})

test('a process that dies between the jobs and the checkpoint leaves neither, so the mail goes out once', async ({
  world,
}) => {
  const jobs = createJobs({ databaseUrl: world.database.url, log: silentLog })
  await jobs.start()
  let died = 0
  const runner = createRunner({
    store: world.front.store,
    factLog: world.front.factLog,
    pool: world.database.pool,
    managers: processManagers,
    clock: { now: () => world.now },
    log: silentLog,
    jobs: {
      async enqueue(db, requests) {
        await jobs.enqueue(db, requests)
        if (requests.length > 0) {
          died += 1
          throw new Error('the process died here')
        }
      },
    },
  })
  await world.queueInvitation(1)
  runner.start()
  await eventually(() => {
    expect(died).toBeGreaterThan(1)
  })
  await runner.stop()
  expect(await checkpoints(world)).toEqual([BEGINNING, BEGINNING, BEGINNING])
  const { rows } = await world.database.pool.query('SELECT id FROM pgboss.job')
  expect(rows).toEqual([])
  await jobs.stop()

  await world.running()
  await world.quiet()
  expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationSent'])
  expect(world.smtp.tries).toBe(1)
})

test(
  'a mail whose process was killed while sending goes out from another one',
  { timeout: 60_000 },
  async ({ world, onTestFinished }) => {
    // The first server to ask is kept waiting until it is killed; what it was told so far counts for nothing.
    world.smtp.behave((attempt) => (attempt === 1 ? { kind: 'hold' } : { kind: 'accept' }))
    const child = await startChild(world)
    onTestFinished(() => void child.kill('SIGKILL'))
    await world.queueInvitation(1)
    await eventually(() => {
      expect(world.smtp.tries).toBe(1)
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await world.history(1)).toEqual(['InvitationQueued'])
    await world.running()
    // A worker that is silent for 20 s is taken for lost; the test turns the clock instead of waiting.
    await world.database.pool.query(
      `UPDATE pgboss.job SET heartbeat_on = now() - interval '1 min' WHERE state = 'active'`,
    )
    await eventually(async () => {
      const { rowCount } = await world.database.pool.query(
        `UPDATE pgboss.job SET start_after = now() - interval '1 s' WHERE state = 'retry'`,
      )
      expect(rowCount).toBe(1)
    })
    await eventually(async () => {
      expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationSent'])
    })
    expect(world.mailsTo(1)).toHaveLength(1)
    expect(world.mailsTo(1)[0]?.email.messageId).toBe('<message-1@party.example>')
  },
)
