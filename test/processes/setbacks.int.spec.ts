import { expect, vi } from 'vitest'
import { commandIdOf } from '../../src/kernel/ids.ts'
import { createJobs } from '../../src/processes/jobs.ts'
import { silentLog } from '../support/log.ts'
import { eventually, EVENT, guestId, inWorld as test, ofGuest } from './world.ts'

test('a fact that cannot be read holds up nobody, and is followed up once it can be', async ({ world }) => {
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
