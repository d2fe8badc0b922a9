import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EVENT, eventually, ofGuest, World } from './world.ts'

/** Nothing is found by looking, only by being told. */
const NEVER = { pollSeconds: 60, pollSecondsWithoutListen: 60, superviseSeconds: 60 }

let world: World
beforeEach(async () => {
  world = await World.create()
  await world.publishedEvent()
  await world.invite(1)
})
afterEach(() => world.end())

test('an invitation that is queued is sent at once and recorded as sent', async () => {
  await world.running({ changes: { intervals: NEVER } })
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationSent'])
  })
  const [mail] = world.mailsTo(1)
  expect(mail?.email.subject).toBe('Your invitation: Summer Party')
  expect(mail?.email.from?.name).toBe('Anna Host')
  expect(mail?.email.text).toContain('Hello Guest 1,')
  expect(mail?.email.text).toContain('https://party.example/r/01JCDG00000000000000000001.1')
  expect(mail?.email.messageId).toBe('<message-1@party.example>')
  expect(world.smtp.received).toHaveLength(1)
})

test('the fact says who did it and which request it began with', async () => {
  await world.running()
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
  })
  const [queued, sent] = (await world.facts(ofGuest(1))).slice(2)
  expect(sent).toMatchObject({ actor: 'system:notifications', correlationId: queued?.correlationId })
})

test('an invitation by SMS goes to the phone', async () => {
  await world.invite(2, { email: null, phone: '+4915112345678' })
  await world.running()
  await world.queueInvitation(2, 'sms')
  await eventually(async () => {
    expect(await world.history(2)).toEqual(['InvitationQueued', 'InvitationSent'])
  })
  const [file = ''] = await readdir(world.outboxFolder)
  expect(JSON.parse(await readFile(path.join(world.outboxFolder, file), 'utf8'))).toEqual({
    to: '+4915112345678',
    text: 'Anna Host invites you to Summer Party: https://party.example/r/01JCDG00000000000000000002.1',
    owner: { kind: 'event', id: EVENT },
  })
  expect(world.smtp.tries).toBe(0)
})

test('a mail server that is busy is asked again, and the mail goes out once', async () => {
  world.smtp.behave((attempt) =>
    attempt <= 1 ? { kind: 'refuse', code: 421, text: 'come back later' } : { kind: 'accept' },
  )
  await world.running()
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(world.smtp.tries).toBe(1)
    expect(await countJobs('retry')).toBe(1)
  })
  await makeRetriesDue()
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationSent'])
  })
  expect(world.smtp.tries).toBe(2)
  expect(world.smtp.received).toHaveLength(1)
})

test('an address that does not exist is recorded as failed after one try, in words without the address', async () => {
  world.smtp.behave(() => ({ kind: 'refuse', code: 550, text: '5.1.1 <guest1@example.org> unknown' }))
  await world.running()
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationFailed'])
  })
  expect((await world.facts(ofGuest(1))).at(-1)).toMatchObject({
    data: { messageId: 'message-1', reason: 'The mail server does not know this address (550 5.1.1).' },
  })
  await world.quiet()
  expect(world.smtp.tries).toBe(1)
})

test('after the last try the invitation is recorded as failed, and nothing personal is left in the queues', async () => {
  world.smtp.behave(() => ({ kind: 'refuse', code: 451, text: 'guest1@example.org is greylisted' }))
  await world.running()
  await world.queueInvitation(1)
  for (let tries = 1; tries <= 11; tries++) {
    await eventually(() => {
      expect(world.smtp.tries).toBe(tries)
    })
    if (tries <= 10) await makeRetriesDue()
  }
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['InvitationQueued', 'InvitationFailed'])
  })
  expect((await world.facts(ofGuest(1))).at(-1)).toMatchObject({
    data: { reason: 'The mail server cannot take it now (451).' },
  })
  const { rows } = await world.database.pool.query<{ job: string }>('SELECT job::text AS job FROM pgboss.job')
  expect(rows.length).toBeGreaterThan(0)
  for (const { job } of rows) expect(job).not.toContain('guest1@')
})

test('a guest who was removed or forgotten in between gets nothing, and the history says why', async () => {
  await world.invite(2)
  await world.queueInvitation(1)
  await world.queueInvitation(2)
  await world.guest(1, { kind: 'remove' })
  await world.guest(2, { kind: 'forget' })
  await world.running()
  await eventually(async () => {
    expect(await world.history(1)).toEqual(['InvitationQueued', 'GuestRemoved', 'InvitationFailed'])
    expect(await world.history(2)).toEqual(['InvitationQueued', 'GuestForgotten', 'InvitationFailed'])
  })
  expect(world.smtp.tries).toBe(0)
})

test('an invitation to an event that was closed in between is not sent', async () => {
  await world.queueInvitation(1)
  await world.settings({ kind: 'close' })
  await world.running()
  await eventually(async () => {
    expect((await world.facts(ofGuest(1))).at(-1)).toMatchObject({
      type: 'InvitationFailed',
      data: { reason: 'The event was closed before it was sent.' },
    })
  })
  expect(world.smtp.tries).toBe(0)
})

test('five hundred invitations are sent once each', { timeout: 90_000 }, async () => {
  const guests = Array.from({ length: 500 }, (_, i) => i + 2)
  await Promise.all(guests.map((n) => world.invite(n)))
  await Promise.all(guests.map((n) => world.queueInvitation(n)))
  await world.running({ changes: { intervals: NEVER } })
  await expect.poll(() => world.smtp.received.length, { timeout: 80_000, interval: 200 }).toBe(500)
  expect(new Set(world.smtp.received.map(({ email }) => email.messageId)).size).toBe(500)
})

async function countJobs(state: string): Promise<number> {
  const { rows } = await world.database.pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM pgboss.job WHERE state::text = $1',
    [state],
  )
  return rows[0]?.count ?? 0
}

/** Turns the clock of waiting jobs forward, so that a test does not sit through their delays. */
async function makeRetriesDue(): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await world.database.pool.query(
      `UPDATE pgboss.job SET start_after = now() - interval '1 s' WHERE state = 'retry'`,
    )
    expect(rowCount).toBe(1)
  })
}
