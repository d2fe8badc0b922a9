import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BEGINNING } from '../../src/eventstore/port.ts'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { DAY } from '../../src/kernel/time.ts'
import { createJobs } from '../../src/processes/jobs.ts'
import { createRunner } from '../../src/processes/runner.ts'
import { processManagers } from '../../src/processes/reactions.ts'
import { silentLog } from '../support/log.ts'
import { aWhile, eventually, EVENT, guestId, ofGuest, World } from './world.ts'

let world: World
const children: ChildProcess[] = []
beforeEach(async () => {
  world = await World.create()
  await world.publishedEvent()
  await world.invite(1)
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await world.end()
})

async function checkpoints(): Promise<bigint[]> {
  const { rows } = await world.database.pool.query<{ position: string }>(
    'SELECT position FROM process_checkpoints',
  )
  return rows.map(({ position }) => BigInt(position))
}

const rewind = () => world.database.pool.query('UPDATE process_checkpoints SET position = 0')

/** A server in a process of its own, with its processes running. */
async function startChild(): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('server.main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, world.database.url, world.smtp.url, String(world.now)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

test('a restart sends nothing twice and misses nothing that happened in between', async () => {
  const first = await world.running()
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
  })
  await world.stop(first)
  await world.invite(2)
  await world.queueInvitation(2)
  await world.running()
  await eventually(async () => {
    expect(await world.history(2)).toContain('InvitationSent')
  })
  await aWhile()
  expect(world.smtp.tries).toBe(2)
})

test('reading the whole log again makes no job and no mail again', async () => {
  const first = await world.running()
  await world.queueInvitation(1)
  await world.answer(1, 'attending')
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
    expect(world.mailsTo(1)).toHaveLength(2)
  })
  await world.stop(first)
  await rewind()
  const { processes } = await world.running()
  await eventually(async () => {
    expect(await processes.status()).toMatchObject({ holder: true, caughtUp: true })
  })
  await aWhile()
  expect(world.mailsTo(1)).toHaveLength(2)
})

test('a log without its database of jobs sends no invitation again, and no answer that is days old', async () => {
  const first = await world.running()
  await world.queueInvitation(1)
  await world.answer(1, 'attending')
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
    expect(world.mailsTo(1)).toHaveLength(2)
  })
  await world.stop(first)
  await rewind()
  await world.database.pool.query('TRUNCATE pgboss.job')
  world.now += 4 * DAY
  await world.running()
  await eventually(async () => {
    const { rows } = await world.database.pool.query('SELECT name, state FROM pgboss.job')
    expect(rows).toEqual([{ name: 'invitation', state: 'completed' }])
  })
  expect(world.smtp.tries).toBe(2)
})

test('a process that dies between the jobs and the checkpoint leaves neither, so the mail goes out once', async () => {
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
  expect(await checkpoints()).toEqual([BEGINNING, BEGINNING, BEGINNING])
  const { rows } = await world.database.pool.query('SELECT id FROM pgboss.job')
  expect(rows).toEqual([])
  await jobs.stop()

  await world.running()
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationSent'])
  })
  await aWhile()
  expect(world.smtp.tries).toBe(1)
})

test('of two servers one reads the log, both work, and every mail goes out once', async () => {
  const [a, b] = [await world.running(), await world.running()]
  for (let n = 2; n <= 40; n++) await world.invite(n)
  await Promise.all(Array.from({ length: 40 }, (_, i) => world.queueInvitation(i + 1)))
  await eventually(() => {
    expect(world.smtp.received).toHaveLength(40)
  })
  await aWhile()
  expect(world.smtp.tries).toBe(40)
  const holders = await Promise.all([a, b].map(async ({ processes }) => (await processes.status()).holder))
  expect(holders.toSorted()).toEqual([false, true])
})

test('when the server that reads the log stops, the other one goes on', async () => {
  const first = await world.running()
  await eventually(async () => {
    expect((await first.processes.status()).holder).toBe(true)
  })
  const second = await world.running()
  await world.stop(first)
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
  })
  expect((await second.processes.status()).holder).toBe(true)
})

test(
  'a mail whose process was killed while sending goes out from another one',
  { timeout: 60_000 },
  async () => {
    // The first server to ask is kept waiting until it is killed; what it was told so far counts for nothing.
    world.smtp.behave((attempt) => (attempt === 1 ? { kind: 'hold' } : { kind: 'accept' }))
    const child = await startChild()
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

test('a fact that cannot be read holds up nobody, and is followed up once it can be', async () => {
  const factId = '7b3f5d0e-0000-5000-8000-00000000000a'
  const stream = ofGuest(1)
  const { revision } = await world.front.factLog.read(stream)
  await world.front.store.append(stream, revision, [
    {
      id: factId,
      type: 'GuestRemoved',
      data: {},
      // Written by a release that does not exist yet.
      metadata: {
        v: 2,
        at: '2026-06-01T10:00:00.000Z',
        actor: 'host:x',
        $correlationId: 'r',
        $causationId: 'c',
      },
    },
  ])
  await world.invite(2)
  await world.queueInvitation(2)
  await world.running()
  await eventually(async () => {
    expect(await world.history(2)).toContain('InvitationSent')
    const { rows } = await world.database.pool.query('SELECT state, data FROM pgboss.job WHERE name = $1', [
      'undecodable-fact',
    ])
    expect(rows).toEqual([{ state: 'retry', data: { factId, stream, revision: revision + 1 } }])
  })
  // The release is rolled out.
  await world.database.pool.query(
    `UPDATE eventstore.events SET metadata = replace(metadata, '"v":2', '"v":1') WHERE stream = $1`,
    [stream],
  )
  await world.database.pool.query(`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`)
  await eventually(async () => {
    const { rows } = await world.database.pool.query(
      'SELECT id, state, data FROM pgboss.job WHERE name = $1',
      ['departure'],
    )
    expect(rows).toMatchObject([
      {
        id: commandIdOf('departures', factId, 'departure'),
        state: 'completed',
        data: { eventId: EVENT, guestId: guestId(1) },
      },
    ])
  })
})

test('a clock that is set back while a job fails does not put off its next try', async () => {
  const jobs = createJobs({
    databaseUrl: world.database.url,
    log: silentLog,
    pollSeconds: 0.5,
    superviseSeconds: 1,
  })
  await jobs.start()
  let tries = 0
  await jobs.work('departure', () => {
    tries += 1
    const hourAgo = Date.now() - 3_600_000
    if (tries === 1) vi.spyOn(Date, 'now').mockReturnValue(hourAgo)
    return tries === 1 ? Promise.reject(new Error('not now')) : Promise.resolve()
  })
  try {
    const ids = { factId: 'fact', correlationId: 'correlation', eventId: EVENT, guestId: guestId(1) }
    const id = commandIdOf('a departure')
    await jobs.enqueue(world.database.pool, [{ queue: 'departure', id, data: { ...ids, forgotten: false } }])
    await eventually(() => {
      expect(tries).toBe(2)
    })
  } finally {
    vi.restoreAllMocks()
    await jobs.stop()
  }
})

test('dead letters are counted and can be given another round', async () => {
  world.smtp.behave((attempt) =>
    attempt === 1 ? { kind: 'refuse', code: 550, text: '5.1.1 unknown' } : { kind: 'accept' },
  )
  const { processes } = await world.running()
  await world.answer(1, 'attending')
  const deadLetters = async () => {
    const { rows } = await world.database.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pgboss.job WHERE name = 'dead-letters'`,
    )
    return rows[0]?.count
  }
  await eventually(async () => {
    expect(await deadLetters()).toBe(1)
  })
  await eventually(async () => {
    const { queues } = await processes.status()
    expect(queues.find(({ queue }) => queue === 'dead-letters')?.queued).toBe(1)
  })
  expect(await processes.redrive()).toBe(1)
  await eventually(() => {
    expect(world.mailsTo(1)).toHaveLength(1)
  })
  expect(await deadLetters()).toBe(0)
})
