import { expect, vi } from 'vitest'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { createJobs } from '../../src/processes/jobs.ts'
import { silentLog } from '../support/log.ts'
import { eventually, EVENT, guestId, inWorld as test, ofGuest, type World } from './world.ts'

const FACT = '7b3f5d0e-0000-5000-8000-00000000000a'
const LATER_FACT = '7b3f5d0e-0000-5000-8000-00000000000b'

/** Appends to the stream of the first guest what a release wrote that does not exist yet. @returns its revision */
async function appendUnreadable(world: World, id: string): Promise<number> {
  const at = '2026-06-01T10:00:00.000Z'
  const metadata = { v: 2, at, actor: 'host:x', $correlationId: 'r', $causationId: 'c' }
  const record = { id, type: 'GuestRemoved', data: {}, metadata }
  return (await world.front.store.append(ofGuest(1), 'any', [record])).revision
}

/** The release that can read a fact is rolled out. */
async function makeReadable(world: World, id: string): Promise<void> {
  const { pool } = world.database
  await pool.query(
    `UPDATE eventstore.events SET metadata = replace(metadata, '"v":2', '"v":1') WHERE id = $1`,
    [id],
  )
  await pool.query(`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`)
}

async function jobsIn(world: World, queue: string): Promise<unknown[]> {
  const { rows } = await world.database.pool.query<Record<string, unknown>>(
    'SELECT id, state, data FROM pgboss.job WHERE name = $1 ORDER BY data',
    [queue],
  )
  return rows
}

const departureAfter = (factId: string) => ({
  id: commandIdOf('departures', factId, 'departure'),
  data: { eventId: EVENT, guestId: guestId(1) },
})

test('a fact that cannot be read holds up nobody, and is followed up once it can be', async ({ world }) => {
  const revision = await appendUnreadable(world, FACT)
  await world.invite(2)
  await world.queueInvitation(2)
  await world.running()
  await eventually(async () => {
    expect(await world.history(2)).toContain('InvitationSent')
    expect(await jobsIn(world, 'undecodable-fact')).toMatchObject([
      { state: 'retry', data: { factId: FACT, stream: ofGuest(1), revision } },
    ])
  })
  await makeReadable(world, FACT)
  await eventually(async () => {
    expect(await jobsIn(world, 'departure')).toMatchObject([{ ...departureAfter(FACT), state: 'completed' }])
  })
})

test('a fact that can be read again does not wait for a later one that cannot', async ({ world }) => {
  await appendUnreadable(world, FACT)
  await appendUnreadable(world, LATER_FACT)
  await world.running()
  await eventually(async () => {
    expect(await jobsIn(world, 'undecodable-fact')).toMatchObject([{ state: 'retry' }, { state: 'retry' }])
  })
  await makeReadable(world, FACT)
  await eventually(async () => {
    expect(await jobsIn(world, 'departure')).toMatchObject([departureAfter(FACT)])
  })
})

test('a clock that is set back while a job fails does not put off its next try', async ({ world }) => {
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

test('dead letters are counted and can be given another round', async ({ world }) => {
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
