import { create as createQr } from 'qrcode'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { invitationMail, replyMail } from '../../src/notify/compose.ts'
import { createMailer } from '../../src/notify/mailer.ts'
import { DeliveryFailed, type Mail, type Mailer } from '../../src/notify/message.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { startSmtp, type MailBehaviour, type TestSmtp } from '../support/smtp.ts'
import { about } from './letters.ts'
import { readPng } from './png.ts'

/** As long as a signed pass, of the letters it is written in. */
const PASS = '0123456789ABCDEF'.repeat(9)

const clock = { now: () => Date.UTC(2026, 5, 1, 10) }
const CODE = '7K3QM-X09TZ'
const to = { id: 'b5a5e8d2-0000-5000-8000-000000000001', to: 'bob@example.org' }

let smtp: TestSmtp
let mailer: Mailer

function mailerTo(smtpUrl: string): Mailer {
  return createMailer({ smtpUrl, from: 'no-reply@party.example', outbox: createOutbox('/nowhere'), clock })
}

beforeEach(async () => {
  smtp = await startSmtp()
  mailer = mailerTo(smtp.url)
})

afterEach(async () => {
  await mailer.close()
  await smtp.stop()
})

async function failureOf(mail: Mail, sender = mailer): Promise<DeliveryFailed> {
  const error: unknown = await sender.send(mail).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof DeliveryFailed)) throw new Error(`expected a DeliveryFailed, got ${String(error)}`)
  return error
}

async function confirmation(): Promise<Mail> {
  const reply = { status: 'confirmed', partySize: 2, passCode: CODE, pass: PASS, promoted: false } as const
  return replyMail(to, about, reply, 'party.example')
}

async function arrived(mail: Mail) {
  await mailer.send(mail)
  const [received] = smtp.received
  if (received === undefined) throw new Error('nothing arrived')
  return received
}

test('an invitation arrives in both forms, from the host, with an id that is the same for every try', async () => {
  const { from, to: recipients, email } = await arrived(invitationMail(to, about))
  expect(from).toBe('no-reply@party.example')
  expect(recipients).toEqual(['bob@example.org'])
  expect(email.from).toMatchObject({ name: 'Anna Host', address: 'no-reply@party.example' })
  expect(email.to).toMatchObject([{ name: 'Bob Guest', address: 'bob@example.org' }])
  expect(email.subject).toBe('Your invitation: Summer Party')
  expect(email.messageId).toBe(`<${to.id}@party.example>`)
  expect(email.text).toContain('Open your invitation:\nhttps://party.example/r/secret-token')
  expect(email.html).toContain('href="https://party.example/r/secret-token"')
})

test('the pass is an attached picture that the mail shows and that holds exactly the code', async () => {
  const { email } = await arrived(await confirmation())
  const picture = email.attachments.find(({ contentId }) => contentId === '<entry-pass>')
  expect(picture).toMatchObject({ mimeType: 'image/png', disposition: 'inline', filename: 'entry-pass.png' })
  expect(email.html).toContain('src="cid:entry-pass"')
  expect(email.html).not.toContain('data:')
  expect(email.text).toContain(`Your entry code: ${CODE}`)

  const png = readPng(new Uint8Array(picture?.content as ArrayBuffer))
  const { size, data } = createQr(PASS, { errorCorrectionLevel: 'M' }).modules
  const scale = png.width / (size + 8)
  const read = Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size]
    return png.isDark(Math.floor((column + 4.5) * scale), Math.floor((row + 4.5) * scale)) ? 1 : 0
  })
  expect(read).toEqual([...data])
  expect(png.isDark(Math.floor(scale * 2), Math.floor(png.height / 2))).toBe(false)
})

test('a confirmation brings a calendar file that names the event', async () => {
  const { email } = await arrived(await confirmation())
  const calendar = email.attachments.find(({ mimeType }) => mimeType === 'text/calendar')
  const ics = Buffer.from(calendar?.content as ArrayBuffer).toString('utf8')
  expect(calendar?.filename).toBe('event.ics')
  expect(ics).toMatch(/^SUMMARY:Summer Party$/m)
  expect(ics).toMatch(/^DTSTART:20260704T170000Z$/m)
})

test('a name with line breaks or an address in it adds no header and no recipient', async () => {
  const mail = invitationMail(to, {
    ...about,
    guestName: 'Bob" <eve@evil.example>, x\r\nBcc: eve@evil.example\r\n\r\nHello',
    occasion: {
      ...about.occasion,
      name: 'Party\r\nX-Evil: yes',
      hostName: 'Anna\nReply-To: eve@evil.example',
    },
  })
  const { to: recipients, email } = await arrived(mail)
  expect(recipients).toEqual(['bob@example.org'])
  expect(email.to?.map(({ address }) => address)).toEqual(['bob@example.org'])
  const keys = email.headers.map(({ key }) => key)
  expect(keys).not.toContain('bcc')
  expect(keys).not.toContain('x-evil')
  expect(keys).not.toContain('reply-to')
  expect(email.subject).toBe('Your invitation: Party X-Evil: yes')
  expect(email.from?.address).toBe('no-reply@party.example')
})

test.each([
  'bob@example.org, eve@evil.example',
  'bob',
  'bob@example.org\r\nBcc: eve@evil.example',
  '<bob@x.org>',
])('what is not exactly one address is refused without asking the server: %j', async (address) => {
  const failure = await failureOf(invitationMail({ ...to, to: address }, about))
  expect(failure.permanent).toBe(true)
  expect(smtp.tries).toBe(0)
})

const gone = { code: 550, text: '5.1.1 <bob@example.org> no such user' }
const refusals: [string, MailBehaviour, boolean, string][] = [
  [
    'an unknown address',
    { kind: 'refuse', ...gone },
    true,
    'The mail server does not know this address (550 5.1.1).',
  ],
  [
    'a full mailbox',
    { kind: 'refuse', code: 452, text: '4.2.2 bob@example.org over quota' },
    false,
    'The mailbox is full (452 4.2.2).',
  ],
  [
    'greylisting',
    { kind: 'refuse', code: 451, text: '4.7.1 come back later' },
    false,
    'The mail server cannot take it now (451 4.7.1).',
  ],
  [
    'a server that shuts down',
    { kind: 'refuse', code: 421, text: 'closing' },
    false,
    'The mail server cannot take it now (421).',
  ],
  [
    'content that is taken for spam',
    { kind: 'refuse_content', code: 554, text: '5.7.1 spam from bob@example.org' },
    true,
    'The mail server refused the message by its rules (554 5.7.1).',
  ],
]

test.each(refusals)('%s is told in words, without the address', async (_, behaviour, permanent, words) => {
  smtp.behave(() => behaviour)
  const failure = await failureOf(invitationMail(to, about))
  expect(failure).toMatchObject({ permanent, message: words })
})

test('a connection that is cut before the answer can be tried again', async () => {
  smtp.behave((attempt) => (attempt === 1 ? { kind: 'hang_up' } : { kind: 'accept' }))
  expect((await failureOf(invitationMail(to, about))).permanent).toBe(false)
  expect((await arrived(invitationMail(to, about))).email.messageId).toBe(`<${to.id}@party.example>`)
})

test('a wrong password and a server that is away are not the guest’s fault, so it is tried again', async () => {
  const wrong = mailerTo(smtp.url.replace('correct', 'wrong'))
  const refused = await failureOf(invitationMail(to, about), wrong)
  expect(refused).toMatchObject({
    permanent: false,
    message: 'The mail server refused us as a sender (535 5.7.8).',
  })
  await wrong.close()
  await smtp.stop()
  const away = await failureOf(invitationMail(to, about), mailerTo(smtp.url))
  expect(away.permanent).toBe(false)
  expect(away.message).toMatch(/^The mail server could not be reached/)
})

test('a sender address that is none stops the start', () => {
  const from = 'GuestGuard'
  expect(() => createMailer({ smtpUrl: null, from, outbox: createOutbox('/nowhere'), clock })).toThrow(
    'MAIL_FROM',
  )
})
