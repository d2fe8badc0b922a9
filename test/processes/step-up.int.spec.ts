import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Fact } from '../../src/events/registry.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { open, scoring } from '../commands/guest/scenario.ts'
import { rowsWith } from '../support/rows.ts'
import { codeOf } from './server.ts'
import { eventually, ofGuest, World } from './world.ts'

const stepUp = { high: true, blocked: true }

let world: World
beforeEach(async () => {
  world = await World.create()
  await world.publishedEvent()
})
afterEach(() => world.end())

/** Guest 1, whose opening was found suspicious. */
async function challenged(contact: { email?: null; phone?: string } = {}): Promise<void> {
  await world.invite(1, contact)
  await world.guest(1, open({ at: world.now, place: null, policy: scoring(70, { stepUp }) }))
}

const ask = (challengeId: string) =>
  world.guest(1, { kind: 'request_step_up', attemptId: 'a1', challengeId, at: world.now, stepUp })
const enter = (challengeId: string, right: boolean) =>
  world.guest(1, { kind: 'answer_step_up', attemptId: 'a1', challengeId, at: world.now, right })

const textsTo = (n: number) => world.mailsTo(n).map(({ email }) => email.text ?? '')

async function everythingDone(): Promise<void> {
  await world.running()
  await world.quiet()
}

const stored = (word: string) => rowsWith(world.database.pool, word)

test('a code goes to the address on file, and says how long it is good', async () => {
  await challenged()
  await ask('challenge-1')
  await everythingDone()
  expect(world.mailsTo(1).map(({ email }) => email.subject)).toEqual([
    `${codeOf('challenge-1')} is your code for Summer Party`,
  ])
  const [text = ''] = textsTo(1)
  expect(text).toContain('Hello Guest 1,')
  expect(text).toContain('good for 10 minutes')
  expect(text).not.toContain('/r/')
})

test('a code lies nowhere in the database: neither in facts nor in jobs', async () => {
  await challenged()
  await ask('challenge-1')
  await everythingDone()
  expect(textsTo(1)[0]).toContain(codeOf('challenge-1'))
  expect(await stored(codeOf('challenge-1'))).toEqual([])
  // The search finds what is there: the fact and the job name the challenge.
  const tables = (await stored('challenge-1')).map((row) => row.split('.')[0])
  expect(new Set(tables)).toEqual(new Set(['eventstore', 'pgboss']))
})

test('a guest with a phone and no mail address gets it as one text message', async () => {
  await challenged({ email: null, phone: '+4915112345678' })
  await ask('challenge-1')
  await everythingDone()
  const outbox = createOutbox(world.outboxFolder)
  const [entry] = await outbox.list()
  expect(await outbox.read(entry?.id ?? '')).toMatchObject({
    channel: 'sms',
    to: '+4915112345678',
    text: `${codeOf('challenge-1')} is your code to open the invitation to Summer Party.`,
  })
  expect(world.smtp.tries).toBe(0)
})

test('only the latest of two codes is sent when the first did not get away', async () => {
  await challenged()
  await ask('challenge-1')
  world.now += MINUTE
  await ask('challenge-2')
  await everythingDone()
  expect(textsTo(1)).toHaveLength(1)
  expect(textsTo(1)[0]).toContain(codeOf('challenge-2'))
})

test('a mail that waited says how much of the time is left', async () => {
  await challenged()
  await ask('challenge-1')
  world.now += 6 * MINUTE
  await everythingDone()
  expect(textsTo(1)[0]).toContain('good for 4 minutes')
})

test.each<[string, () => Promise<void> | void]>([
  ['has less than a minute left', () => void (world.now += 9 * MINUTE + SECOND)],
  ['is old', () => void (world.now += 60 * MINUTE)],
  ['was entered', () => enter('challenge-1', true)],
  [
    'was guessed at too often',
    async () => {
      for (let count = 0; count < 5; count++) await enter('challenge-1', false)
    },
  ],
  ['is for a link that was taken back', () => world.guest(1, { kind: 'revoke_link' })],
  ['is for a link that was replaced', () => world.guest(1, { kind: 'issue_link' })],
  ['is for a guest who was removed', () => world.guest(1, { kind: 'remove' })],
])('a code that %s is not sent any more', async (_, happens) => {
  await challenged()
  await ask('challenge-1')
  await happens()
  await everythingDone()
  expect(world.smtp.tries).toBe(0)
})

test('a mail server that quotes the subject in its refusal leaves the code in no table', async () => {
  const code = codeOf('challenge-1')
  const text = `5.7.1 "${code} is your code" looks like spam`
  world.smtp.behave(() => ({ kind: 'refuse_content', code: 554, text }))
  await challenged()
  await ask('challenge-1')
  await world.running()
  await eventually(async () => {
    expect((await stored('step-up-code')).join()).toContain('refused the message by its rules (554 5.7.1)')
  })
  expect(await stored(code)).toEqual([])
})

test('what was asked and answered is told by facts without the code', async () => {
  await challenged()
  await ask('challenge-1')
  await enter('challenge-1', false)
  await enter('challenge-1', true)
  const told = (await world.facts(ofGuest(1))).slice(-3).map(({ type, data }: Fact) => ({ type, data }))
  const data = { attemptId: 'a1', challengeId: 'challenge-1' }
  expect(told).toEqual([
    { type: 'StepUpRequested', data: { ...data, channel: 'email' } },
    { type: 'StepUpFailed', data },
    { type: 'StepUpPassed', data: { ...data, score: 70, verdict: null } },
  ])
})
