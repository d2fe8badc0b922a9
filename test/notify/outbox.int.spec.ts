import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { invitationMail, invitationSms, replyMail } from '../../src/notify/compose.ts'
import { createMailer } from '../../src/notify/mailer.ts'
import { createOutbox, type Outbox } from '../../src/notify/outbox.ts'
import { createSms } from '../../src/notify/sms.ts'
import { about } from './letters.ts'

/** As long as a signed pass, of the letters it is written in. */
const PASS = '0123456789ABCDEF'.repeat(9)

let root: string
let folder: string
let outbox: Outbox
let now: number
const clock = { now: () => now }

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'guestguard-outbox-'))
  folder = path.join(root, 'outbox')
  outbox = createOutbox(folder)
  now = Date.UTC(2026, 5, 1, 10, 30, 5, 7)
})

afterEach(() => rm(root, { recursive: true }))

const mailer = () =>
  createMailer({ smtpUrl: null, from: 'GuestGuard <no-reply@party.example>', outbox, clock })
const sms = () => createSms({ twilio: null, outbox, clock })

async function writeThree(): Promise<void> {
  await mailer().send(invitationMail({ id: 'first', to: 'bob@example.org' }, about))
  now += 1
  await sms().send(invitationSms({ id: 'second', to: '+4915112345678' }, about))
  now += 60_000
  const confirmed = {
    status: 'confirmed',
    partySize: 1,
    passCode: '7K3QM-X09TZ',
    pass: PASS,
    promoted: false,
  } as const
  await mailer().send(
    await replyMail({ id: 'third', to: 'bob@example.org' }, about, confirmed, 'party.example'),
  )
}

test('without a mail server and an SMS account messages are files, listed newest first', async () => {
  await writeThree()
  const owner = { kind: 'event', id: about.occasion.eventId }
  expect(await outbox.list()).toEqual([
    {
      id: '20260601T103105008Z-third.eml',
      channel: 'email',
      to: 'bob@example.org',
      subject: 'You are on the list: Summer Party',
      at: now,
      owner,
    },
    {
      id: '20260601T103005008Z-second.sms',
      channel: 'sms',
      to: '+4915112345678',
      subject: null,
      at: now - 60_000,
      owner,
    },
    {
      id: '20260601T103005007Z-first.eml',
      channel: 'email',
      to: 'bob@example.org',
      subject: 'Your invitation: Summer Party',
      at: now - 60_001,
      owner,
    },
  ])
  expect((await outbox.list(1)).map(({ id }) => id)).toEqual(['20260601T103105008Z-third.eml'])
})

test('a mail read back shows the pass without the rest of the mail', async () => {
  await writeThree()
  const message = await outbox.read('20260601T103105008Z-third.eml')
  expect(message).toMatchObject({ channel: 'email', to: 'bob@example.org' })
  expect(message?.text).toContain('Your entry code: 7K3QM-X09TZ')
  expect(message?.html).toMatch(/src="data:image\/png;base64,iVBORw0KGgo[^"]+"/)
})

test('messages of a release that did not write down whose they are belong to nobody', async () => {
  await writeThree()
  await writeFile(
    path.join(folder, '20250101T000000000Z-old.eml'),
    'To: bob@example.org\r\nSubject: Old\r\n\r\nold',
  )
  await writeFile(path.join(folder, '20250101T000000000Z-odd.eml'), 'X-GuestGuard-Owner: all *\r\n\r\nodd')
  await writeFile(
    path.join(folder, '20250101T000000000Z-old.sms'),
    JSON.stringify({ to: '+49151', text: 'old' }),
  )
  const old = (await outbox.list()).slice(3)
  expect(old.map(({ to, owner }) => [to, owner])).toEqual([
    ['+49151', null],
    ['bob@example.org', null],
    ['', null],
  ])
})

test('a text message read back is its text', async () => {
  await writeThree()
  expect(await outbox.read('20260601T103005008Z-second.sms')).toMatchObject({
    text: 'Anna Host invites you to Summer Party: https://party.example/r/secret-token',
    html: null,
  })
})

test('only the owner can read what is in clear there, and no half file is left', async () => {
  await writeThree()
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  const files = await readdir(folder)
  expect(files).toHaveLength(3)
  for (const file of files) expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600)
})

test('nothing outside the folder and nothing unfinished can be read', async () => {
  await writeThree()
  await writeFile(path.join(root, '20260601T103005008Z-secret.eml'), 'To: a@b.c\r\n\r\nsecret')
  for (const id of ['../20260601T103005008Z-secret.eml', '.20260601T103005008Z-x.eml.half', 'x', '']) {
    expect(await outbox.read(id)).toBeNull()
  }
})

test('a message that is sent again, because whoever sent it did not live to say so, is there once', async () => {
  await writeThree()
  now += 60_000
  await mailer().send(invitationMail({ id: 'first', to: 'bob@example.org' }, about))
  await sms().send(invitationSms({ id: 'second', to: '+4915112345678' }, about))
  await mailer().send(invitationMail({ id: 'another-first', to: 'bob@example.org' }, about))
  expect((await outbox.list()).map(({ id }) => id)).toEqual([
    '20260601T103205008Z-another-first.eml',
    '20260601T103105008Z-third.eml',
    '20260601T103005008Z-second.sms',
    '20260601T103005007Z-first.eml',
  ])
})

test('an outbox that was never used is empty', async () => {
  expect(await outbox.list()).toEqual([])
  expect(await outbox.read('20260601T103005008Z-none.eml')).toBeNull()
})
