import type { Page } from 'playwright-core'
import type { z } from 'zod'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { activityPage } from '../../src/contracts/activity.ts'
import type { GuestView } from '../../src/contracts/guests.ts'
import { describeInBrowser } from '../support/browser.ts'
import {
  addGuest,
  answer,
  expectStatus,
  readModelsCaughtUp,
  register,
  type TestGuest,
  type TestHost,
} from '../support/party.ts'
import { inviteTo } from './evening.ts'
import { HOME, startStage, type Stage } from './stage.ts'
import { visit, type Visitor } from './visitor.ts'

const openEnvelope = (page: Page) => page.getByRole('button', { name: /^Open the invitation/ }).click()
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

/** Presses Tab until the element has the focus; a page that never gives it the focus fails the test. */
async function tabTo(page: Page, role: 'button' | 'radio' | 'textbox', name: string | RegExp): Promise<void> {
  const target = page.getByRole(role, { name }).first()
  for (let presses = 0; presses < 40; presses += 1) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${role} ${String(name)}`)
}

describeInBrowser("the guest's page", (browser, test) => {
  let stage: Stage
  let host: TestHost
  let visitor: Visitor

  beforeAll(async () => {
    stage = await startStage()
    host = await register(stage)
  })
  afterAll(async () => {
    await stage.stop()
  })
  beforeEach(async () => {
    visitor = await visit(browser(), stage, { width: 390 })
  })
  afterEach(async () => {
    const { trouble, context } = visitor
    await context.close()
    expect(trouble).toEqual([])
  })

  async function openingsOf(eventId: string, guest: TestGuest): Promise<number> {
    await readModelsCaughtUp(stage.product())
    const path = `/api/events/${eventId}/guests/${guest.id}`
    return expectStatus(await host.client.get<GuestView>(path), 200).openings
  }

  test('says nothing about a link that was never issued that it does not say about a revoked one', async () => {
    const { eventId, guest } = await inviteTo(host)
    const path = `/api/events/${eventId}/guests/${guest.id}/link/revoke`
    expectStatus(await host.client.post(path), 204)
    const { page } = visitor
    const shown: (string | null)[] = []
    for (const token of [guest.token, 'never-issued', `${guest.token.slice(0, -1)}_`]) {
      await page.goto(`/r/${token}`)
      await heading(page, 'This link leads nowhere')
      await page.getByRole('listitem').first().getByText('Look for a newer message from the host').waitFor()
      shown.push(await page.locator('#app').textContent())
    }
    expect(new Set(shown).size).toBe(1)
  })

  test('tells a guest of a draft to come back, and takes no answer', async () => {
    const { guest } = await inviteTo(host, {}, 'draft')
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await page.getByText('Answers are not open yet').waitFor()
    expect(await page.getByRole('button', { name: 'Send my answer' }).count()).toBe(0)
  })

  test('keeps the pass of a guest who answered in time, once the answers are closed', async () => {
    const { eventId, guest } = await inviteTo(host)
    const late = await addGuest(host, eventId, { name: 'Grace Hopper' })
    await answer(stage.client(), guest.token)
    expectStatus(await host.client.post(`/api/events/${eventId}/close`), 200)
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await page.getByText('Answers are closed').waitFor()
    await page.getByRole('img', { name: /^Entry pass/ }).waitFor()
    expect(await page.getByRole('button', { name: 'Change my answer' }).count()).toBe(0)

    await page.goto(`/r/${late.token}`)
    await openEnvelope(page)
    await page.getByText('Answers are closed').waitFor()
    expect(await page.getByRole('button', { name: 'Send my answer' }).count()).toBe(0)
  })

  test('says before the answer that others wait for the seats that are left, and afterwards that the guest does too', async () => {
    const { eventId, guest } = await inviteTo(host, { maxCapacity: 2 })
    await answer(stage.client(), guest.token)
    const pair = await addGuest(host, eventId, { name: 'Pierre Curie', plusOnesAllowed: 1 })
    const { status } = await answer(stage.client(), pair.token, { answer: 'attending', partySize: 2 })
    expect(status).toBe('waitlisted')
    // A seat is free, but for those who wait.
    const second = await addGuest(host, eventId, { name: 'Grace Hopper' })
    const { page } = visitor
    await page.goto(`/r/${second.token}`)
    await openEnvelope(page)
    await page.getByText('Others are waiting for the seats that are left. If you answer').waitFor()
    await page.getByText('I will be there', { exact: true }).click()
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await heading(page, 'You are on the waiting list')
    await page.getByText('There are no seats for your party yet.').waitFor()
    expect(await page.getByRole('img', { name: /^Entry pass/ }).count()).toBe(0)
  })

  test('tells a party that has grown too large that it keeps the seats it has', async () => {
    const { guest } = await inviteTo(host, { maxCapacity: 1 })
    await answer(stage.client(), guest.token)
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await page.getByRole('button', { name: 'Change my answer' }).click()
    await page.getByRole('button', { name: 'One person more' }).click()
    await page.getByText('There is room for one of you. Your seat is kept.').waitFor()
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await page.getByRole('alert').getByText('your 1 stay confirmed').waitFor()
    await page.getByRole('button', { name: 'Keep my answer as it is' }).click()
    await page.getByRole('img', { name: /^Entry pass/ }).waitFor()
  })

  test('lets a guest who has answered change the answer, and keep it', async () => {
    const { guest } = await inviteTo(host)
    await answer(stage.client(), guest.token)
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await heading(page, 'You are on the list, Ada Lovelace')
    await page.getByRole('button', { name: 'Change my answer' }).click()
    await page.getByRole('button', { name: 'Keep my answer as it is' }).click()
    await heading(page, 'You are on the list, Ada Lovelace')
    await page.getByRole('button', { name: 'Change my answer' }).click()
    await page.getByText('I can’t make it').click()
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await heading(page, 'Thank you for telling us')
  })

  test('is not opened by a click that a script made', async () => {
    const { eventId, guest } = await inviteTo(host)
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    const envelope = page.getByRole('button', { name: /^Open the invitation/ })
    await envelope.waitFor()
    const clicks = await page.evaluate<number>(`(() => {
      const button = document.querySelector('main button')
      let seen = 0
      button.addEventListener('click', () => { seen += 1 })
      for (const type of ['pointerdown', 'touchstart', 'touchend', 'pointerup', 'click']) {
        button.dispatchEvent(new Event(type, { bubbles: true }))
      }
      button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
      button.click()
      return seen
    })()`)
    expect(clicks).toBe(2)
    await page.getByText('Tap to open').waitFor()
    expect(await openingsOf(eventId, guest)).toBe(0)
    // The same envelope, the same page: a person's click opens it.
    await envelope.click()
    await page.getByText('Dear Ada Lovelace,').waitFor()
    expect(await openingsOf(eventId, guest)).toBe(1)
  })

  test('counts nothing for who only looks: HEAD, prefetch, previews, scanners, and a browser that loads it', async () => {
    const { eventId, guest } = await inviteTo(host)
    const path = `/r/${guest.token}`
    const before = await openingsOf(eventId, guest)
    const machine = stage.client('40.107.12.71')
    const looks = [
      await machine.request('HEAD', path),
      await machine.get(path, { 'sec-purpose': 'prefetch;prerender' }),
      await machine.get(path, { 'user-agent': 'facebookexternalhit/1.1 Facebot Twitterbot/1.0' }),
      await machine.get(path, { 'user-agent': 'WhatsApp/2.23.20.0' }),
      await machine.get(path, { 'user-agent': '' }),
    ]
    expect(looks.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    await visitor.page.goto(path)
    await visitor.page.getByText('Tap to open').waitFor()

    expect([before, await openingsOf(eventId, guest)]).toEqual([0, 0])
    const activity = `/api/events/${eventId}/activity`
    expect(expectStatus(await host.client.get<z.infer<typeof activityPage>>(activity), 200).items).toEqual([])
    // Nobody who looked has become the guest's baseline: the guest is still the first.
    await openEnvelope(visitor.page)
    await visitor.page.getByText('Dear Ada Lovelace,').waitFor()
    await readModelsCaughtUp(stage.product())
    const [item] = expectStatus(await host.client.get<z.infer<typeof activityPage>>(activity), 200).items
    expect(item).toMatchObject({ kind: 'opening', band: 'low', score: 0 })
  })

  test('stays closed to a tap from a network of mail scanners, and tells who sits there how to open it', async () => {
    const { eventId, guest } = await inviteTo(host)
    const { page, context } = visitor
    await context.setExtraHTTPHeaders({ 'x-forwarded-for': '40.92.10.10' })
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await heading(page, 'The envelope is still closed')
    await page.getByText('on your own telephone or computer').waitFor()
    expect(await openingsOf(eventId, guest)).toBe(0)

    await context.setExtraHTTPHeaders({ 'x-forwarded-for': HOME })
    await page.getByRole('button', { name: 'Try again here' }).click()
    await openEnvelope(page)
    await page.getByText('Dear Ada Lovelace,').waitFor()
    expect(await openingsOf(eventId, guest)).toBe(1)
  })

  test('can be opened and answered with the keyboard alone', async () => {
    const { guest } = await inviteTo(host)
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    await tabTo(page, 'button', /^Open the invitation/)
    await page.keyboard.press('Enter')
    await page.getByText('Dear Ada Lovelace,').waitFor()
    await tabTo(page, 'radio', /I will be there/)
    await page.keyboard.press('Space')
    await tabTo(page, 'button', 'One person more')
    await page.keyboard.press('Enter')
    await tabTo(page, 'textbox', /Name of your guest/)
    await page.keyboard.type('Charles Babbage')
    await tabTo(page, 'button', 'Send my answer')
    await page.keyboard.press('Enter')
    await heading(page, 'You are on the list, Ada Lovelace')
    await page.getByText('With Charles Babbage').waitFor()
    // The focus is where the news is, so that a screen reader says it.
    const focused = await page.evaluate<string>('document.activeElement.textContent')
    expect(focused).toContain('You are on the list')
  })

  test('asks for an answer by name when the guest sends none', async () => {
    const { guest } = await inviteTo(host)
    const { page } = visitor
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await page.getByRole('alert').getByText('Choose an answer first.').waitFor()
    expect(await page.evaluate<string>('document.activeElement.type')).toBe('radio')
  })

  test('keeps what the guest typed when the server is away, and takes it once it is back', async () => {
    const { guest } = await inviteTo(host)
    const { page, context } = visitor
    await page.goto(`/r/${guest.token}`)
    await openEnvelope(page)
    await page.getByText('I will be there', { exact: true }).click()
    await page.getByLabel('A note for the host').fill('We come by boat.')
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await page.getByRole('alert').getByText('There is no connection right now.').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await heading(page, 'You are on the list, Ada Lovelace')
    await page.getByText('We come by boat.').waitFor()
    // Chromium reports every request that found no network.
    visitor.trouble.splice(
      0,
      visitor.trouble.length,
      ...visitor.trouble.filter((line) => !/ERR_INTERNET/.test(line)),
    )
  })
})
