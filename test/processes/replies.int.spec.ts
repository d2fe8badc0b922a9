import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, HOUR } from '../../src/kernel/time.ts'
import { passPicture } from '../../src/notify/pass.ts'
import { eventually, guestId, HOST, World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await World.create()
  await world.publishedEvent()
})
afterEach(() => world.end())

const subjectsTo = (n: number) => world.mailsTo(n).map(({ email }) => email.subject)

test('a confirmed guest gets the pass, the calendar entry and the personal link', async () => {
  await world.invite(1)
  await world.running()
  await world.answer(1, 'attending', 3)
  await eventually(() => {
    expect(subjectsTo(1)).toEqual(['You are on the list: Summer Party'])
  })
  const email = world.mailsTo(1)[0]?.email
  expect(email?.text).toContain('3 people on the list')
  expect(email?.text).toContain('Your entry code: 7K3QM-X09TZ')
  expect(email?.text).toContain(`https://party.example/r/${guestId(1)}.1`)
  const [picture] = email?.attachments ?? []
  // As the stand-in for a signed pass has it: whose, which version, until a day after it began.
  const pass = `${guestId(1)} 1 ${String(Date.parse('2026-07-05T17:00:00Z'))}`
  expect(Buffer.from(picture?.content as ArrayBuffer).equals((await passPicture(pass)).content)).toBe(true)
  expect(email?.attachments.map(({ mimeType }) => mimeType)).toEqual(['image/png', 'text/calendar'])
})

test('a guest who has to wait is told so, and told again when seats become free', async () => {
  await world.rsvps({ kind: 'set_capacity', maxCapacity: 2 })
  await world.invite(1)
  await world.invite(2)
  await world.running()
  await world.answer(1, 'attending', 2)
  await world.answer(2, 'attending', 1)
  await eventually(() => {
    expect(subjectsTo(2)).toEqual(['You are on the waiting list: Summer Party'])
  })
  await world.answer(1, 'declined')
  await eventually(() => {
    expect(subjectsTo(2)).toEqual([
      'You are on the waiting list: Summer Party',
      'You are on the list: Summer Party',
    ])
    expect(subjectsTo(1)).toEqual(['You are on the list: Summer Party', 'Your answer is noted: Summer Party'])
  })
  expect(world.mailsTo(2)[1]?.email.text).toContain('Seats became free')
})

test('a guest who answers again before the mail is out gets only the mail of the last answer', async () => {
  await world.invite(1)
  await world.answer(1, 'attending', 2)
  await world.answer(1, 'maybe', 1)
  await world.running()
  await world.quiet()
  expect(subjectsTo(1)).toEqual(['Your answer is noted: Summer Party'])
  expect(world.smtp.tries).toBe(1)
})

test('a guest who only writes another note gets no second mail, and who changes the party does', async () => {
  await world.invite(1)
  await world.running()
  await world.answer(1, 'attending', 2)
  await eventually(() => {
    expect(subjectsTo(1)).toHaveLength(1)
  })
  world.now += 1
  await world.answer(1, 'attending', 2, 'No nuts, please')
  await world.quiet()
  expect(subjectsTo(1)).toHaveLength(1)
  world.now += 1
  await world.answer(1, 'attending', 3, 'No nuts, please')
  await eventually(() => {
    expect(subjectsTo(1)).toHaveLength(2)
  })
  expect(world.mailsTo(1)[1]?.email.text).toContain('3 people on the list')
})

test('a guest who comes back to the first answer before the mail is out gets one mail', async () => {
  await world.invite(1)
  for (const [answer, size] of [
    ['attending', 2],
    ['declined', 0],
    ['attending', 2],
  ] as const) {
    await world.answer(1, answer, size)
    world.now += 1
  }
  await world.running()
  await world.quiet()
  expect(subjectsTo(1)).toEqual(['You are on the list: Summer Party'])
})

test('a guest without an address, or who left the list in between, gets no mail', async () => {
  await world.invite(1, { email: null })
  await world.invite(2)
  await world.invite(3)
  await world.answer(1, 'attending')
  await world.answer(2, 'attending')
  await world.guest(2, { kind: 'forget' })
  await world.answer(3, 'attending')
  await world.running()
  await world.quiet()
  expect(subjectsTo(3)).toHaveLength(1)
  expect(world.smtp.tries).toBe(1)
})

test('a log that is days old is read without writing to everybody again', async () => {
  await world.invite(1)
  await world.answer(1, 'attending')
  world.now += 4 * DAY
  await world.invite(2)
  await world.answer(2, 'attending')
  await world.running()
  await world.quiet()
  expect(subjectsTo(2)).toHaveLength(1)
  expect(subjectsTo(1)).toEqual([])
})

test('a host who forgot the password gets a link to choose a new one', async () => {
  await world.running()
  await world.host({ kind: 'request_reset', requestId: 'r1' })
  await eventually(() => {
    expect(world.smtp.received).toHaveLength(1)
  })
  const [mail] = world.smtp.received
  expect(mail?.to).toEqual(['anna@example.org'])
  expect(mail?.email.subject).toBe('Choose a new password')
  expect(mail?.email.from?.name).toBe('GuestGuard')
  expect(mail?.email.text).toContain(`https://party.example/reset#${HOST}.argon2`)
  expect(mail?.email.text).toContain('for 30 minutes')
})

test('a reset that was asked for over an hour ago is not sent any more', async () => {
  await world.host({ kind: 'request_reset', requestId: 'r1' })
  world.now += HOUR + 1
  await world.running()
  await world.quiet()
  expect(world.smtp.tries).toBe(0)
})
