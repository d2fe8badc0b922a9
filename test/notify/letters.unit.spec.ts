import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import {
  codeMail,
  codeSms,
  invitationMail,
  passwordResetMail,
  replyMail,
  type Reply,
} from '../../src/notify/compose.ts'
import { isOneSegment } from '../../src/notify/sms-text.ts'
import { ejectLetter } from '../../scripts/eject-letter.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { about, occasion } from './letters.ts'

/** As long as a signed pass, of the letters it is written in. */
const PASS = '0123456789ABCDEF'.repeat(9)

const HOSTILE = '<script>alert(1)</script>"\' &amp; <img src=x onerror=alert(2)>'
const to = { id: 'message-1', to: 'bob@example.org' }

const replies: Reply[] = [
  { status: 'confirmed', partySize: 3, passCode: '7K3QM-X09TZ', pass: PASS, promoted: false },
  { status: 'confirmed', partySize: 1, passCode: '7K3QM-X09TZ', pass: PASS, promoted: true },
  { status: 'waitlisted', partySize: 2 },
  { status: 'declined' },
  { status: 'maybe' },
]

const codeFor = ({ occasion: of, guestName } = about) =>
  codeMail(to, { occasion: of, guestName, code: '042917', validFor: 10 * MINUTE })

/** Those that lead somewhere. */
async function everyMailWithLink(letter = about) {
  const answers = await Promise.all(replies.map((reply) => replyMail(to, letter, reply, 'party.example')))
  const reset = passwordResetMail(
    to,
    { id: 'host-1', name: letter.guestName },
    'https://party.example/reset#token',
    30 * MINUTE,
  )
  return [invitationMail(to, letter), reset, ...answers]
}

const everyMail = async (letter = about) => [...(await everyMailWithLink(letter)), codeFor(letter)]

test('letter.html is what letter.mjml compiles to', async () => {
  const html = await readFile(new URL('../../src/notify/templates/letter.html', import.meta.url), 'utf8')
  expect(html).toBe(await ejectLetter())
})

test('no name can become markup in any letter', async () => {
  const hostile = {
    ...about,
    guestName: HOSTILE,
    occasion: { ...occasion, name: HOSTILE, venue: HOSTILE, hostName: HOSTILE },
  }
  for (const { html } of await everyMail(hostile)) {
    expect(html).not.toMatch(/<script|<img src=x|onerror=alert\(2\)>/)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; &amp;amp;')
  }
})

test('a letter loads nothing from anywhere, so that reading it is noticed by nobody', async () => {
  for (const { html } of await everyMail()) {
    const loaded = [...html.matchAll(/(?:src|background)="([^"]*)"|url\(([^)]*)\)|<link[^>]*>/g)].map(
      ([all]) => all,
    )
    expect(loaded.filter((one) => one !== 'src="cid:entry-pass"')).toEqual([])
  }
})

test('the HTML and the text of every letter lead to the same place', async () => {
  for (const { html, text } of await everyMailWithLink()) {
    const [, href] = /href="([^"]*)"/.exec(html) ?? []
    expect(href).toMatch(/^https:\/\/party\.example\//)
    expect(text).toContain(href)
  }
})

test('every letter says in both forms who it is for and nothing is left to fill in', async () => {
  for (const { html, text } of await everyMail()) {
    for (const form of [html, text]) {
      expect(form).toContain('Hello Bob Guest,')
      expect(form).not.toContain('{{')
      expect(form).not.toContain('undefined')
    }
  }
})

test('the time of the event is told as the clock at the event shows it', () => {
  const { html, text } = invitationMail(to, about)
  expect(html).toContain('Saturday, 4 July 2026 at 19:00 CEST')
  expect(text).toContain('When: Saturday, 4 July 2026 at 19:00 CEST\nWhere: Café Zoo, Berlin')
})

test('an event without a place and a host without a name leave no hole', () => {
  const bare = { ...about, guestName: null, occasion: { ...occasion, venue: null, hostName: null } }
  const { text } = invitationMail(to, bare)
  expect(text).toContain('Hello,\n\nYou are invited to Summer Party.')
  expect(text).not.toContain('Where')
})

test('where the host has no name the event speaks, and not a product that no guest has heard of', async () => {
  const nameless = { ...about, occasion: { ...occasion, hostName: null } }
  const invitation = invitationMail(to, nameless)
  const maybe = await replyMail(to, nameless, { status: 'maybe' }, 'party.example')
  const code = codeMail(to, { ...nameless, code: '123456', validFor: 600_000 })
  expect([invitation, maybe, code].map(({ senderName }) => senderName)).toEqual(Array(3).fill('Summer Party'))
  expect(invitation.html).toContain('>Your invitation<')
  for (const { html } of [maybe, code]) expect(html).toContain('>Summer Party<')
  for (const { html } of [invitation, maybe, code]) expect(html).not.toContain('>GuestGuard<')
  expect(invitation.text).toContain('because the host of Summer Party put you on the guest list.')
  expect(code.text).toContain('because the host of Summer Party put you on the guest list.')
})

test('an invitation says who invites, and how many the guest may bring', () => {
  const textFor = (plusOnesAllowed: number) => invitationMail(to, { ...about, plusOnesAllowed }).text
  expect(textFor(2)).toContain('Anna Host invites you to Summer Party.')
  expect(textFor(2)).toContain('You may bring up to 2 people along.')
  expect(textFor(1)).toContain('You may bring somebody along.')
  expect(textFor(0)).not.toContain('bring')
})

test('who waits is not told that the event is full: seats may be free, and others before them', async () => {
  const { text } = await replyMail(to, about, { status: 'waitlisted', partySize: 2 }, 'party.example')
  expect(text).not.toContain('full')
  expect(text).toContain(
    'Summer Party has no seats for you yet: 2 people on the waiting list. We write to you as soon as you have them.',
  )
})

test('only a confirmed guest gets a pass and a calendar entry', async () => {
  const attached = await Promise.all(
    replies.map(async (reply) => (await replyMail(to, about, reply, 'party.example')).attachments.length),
  )
  expect(attached).toEqual([2, 2, 0, 0, 0])
})

test('a calendar entry keeps its UID when the event moves, counts the changes, and holds no personal link', async () => {
  const confirmed = { status: 'confirmed', partySize: 1, passCode: 'X', pass: PASS, promoted: false } as const
  const entryOf = async (changes: Partial<typeof occasion>) => {
    const letter = { ...about, occasion: { ...occasion, ...changes } }
    const { attachments } = await replyMail(to, letter, confirmed, 'party.example')
    return attachments[1]?.content.toString('utf8') ?? ''
  }
  const before = await entryOf({})
  const after = await entryOf({ eventDate: '2026-07-05T18:30:00Z', sequence: 3 })
  for (const entry of [before, after]) {
    expect(entry).toContain('UID:01JCDR00000000000000000000@party.example\r\n')
    expect(entry).toContain('LOCATION:Café Zoo\\, Berlin\r\n')
    expect(entry).not.toContain('secret-token')
  }
  expect(before).toMatch(/DTSTART:20260704T170000Z\r\n(.*\r\n)*SEQUENCE:2\r\n/)
  expect(after).toMatch(/DTSTART:20260705T183000Z\r\n(.*\r\n)*SEQUENCE:3\r\n/)
})

test('a link that is not a web address is refused rather than sent', () => {
  expect(() => invitationMail(to, { ...about, link: 'javascript:alert(1)' })).toThrow('web address')
})

test('a code is the first thing to be read, in the subject too, and its mail leads nowhere', () => {
  const { subject, html, text, senderName } = codeFor()
  expect(subject).toBe('042917 is your code for Summer Party')
  expect(senderName).toBe('Anna Host')
  expect(text).toMatch(/^042917\n\nHello Bob Guest,\n\nYour invitation to Summer Party was opened/)
  expect(text).toContain('good for 10 minutes. If it was not you, do nothing, and tell nobody the code.')
  expect(html).toMatch(/>\s*042917\s*</)
  // Who is used to links in such mails also follows the link of one that only looks like it.
  expect(html).not.toContain('href=')
  expect(text).not.toMatch(/https?:/)
})

test('a code by text message comes first and is one segment, however long the name of the event is', () => {
  const smsFor = (name: string) =>
    codeSms(to, { occasion: { ...occasion, name }, guestName: null, code: '042917', validFor: MINUTE }).text
  expect(smsFor('Summer Party')).toBe('042917 is your code to open the invitation to Summer Party.')
  for (const name of ['The long name of a party that never ends '.repeat(5), '祝賀会'.repeat(40)]) {
    expect(smsFor(name)).toMatch(/^042917 is your code/)
    expect(isOneSegment(smsFor(name)), name).toBe(true)
  }
})
