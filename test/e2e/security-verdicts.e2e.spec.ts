import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { FeedbackItem } from '../../src/contracts/security.ts'
import { addGuest, createEvent, expectStatus, open, register, type TestGuest } from '../support/party.ts'
import { EVENT_DATE, FAR_AWAY } from './evening.ts'
import { describeEvening } from './on-stage.ts'
import { leave, securityTab, toast, undo } from './security-tab.ts'
import { HOME, type Stage } from './stage.ts'
import { signIn } from './visitor.ts'

/** An event with twelve openings by strangers, and so much since that the live list no longer has them. */
async function busyEvent(stage: Stage) {
  const host = await register(stage)
  const { id } = await createEvent(host, { name: 'Chamber concert', eventDate: EVENT_DATE })
  const invite = (number: number) => addGuest(host, id, { name: `Guest ${String(number)}` })
  const beStranger = async ({ token }: TestGuest) => {
    expectStatus(await open(stage.client(HOME), token, { platform: 'iPhone', touch: '5' }), 200)
    expectStatus(await open(stage.client(FAR_AWAY), token, { platform: 'Win32', touch: '0' }), 403)
  }
  for (let number = 1; number <= 12; number++) await beStranger(await invite(number))
  const calm = await addGuest(host, id, { name: 'Somebody calm' })
  for (let times = 0; times < 55; times++) expectStatus(await open(stage.client(HOME), calm.token), 200)
  const more = [await invite(13), await invite(14)]
  const oneMore = () => {
    const guest = more.shift()
    return guest === undefined ? Promise.reject(new Error('nobody is left')) : beStranger(guest)
  }
  return { host, path: `/events/${id}/security`, oneMore }
}

describeEvening('the Security tab', (at, test) => {
  const { evening } = at
  const feedback = async () => {
    const path = `/api/events/${evening().eventId}/security/feedback`
    return expectStatus(await evening().host.client.get<{ items: FeedbackItem[] }>(path), 200).items
  }

  test('takes a verdict on a waiting opening, lets it be undone, and keeps what was said', async () => {
    const host = await securityTab(at)
    const { page } = host
    const waiting = page.getByRole('list', { name: 'Waiting for your verdict' }).getByRole('listitem')
    const given = page.getByRole('list', { name: 'Verdicts, newest first' }).getByRole('listitem')
    const hypatia = { hasText: 'Hypatia of Alexandria' }
    const answers = (row: Locator) => row.getByRole('group', { name: 'Was it Hypatia of Alexandria?' })

    // Of alike openings a host tells the guest's own by the device.
    await waiting.filter(hypatia).getByText('Firefox on Linux', { exact: false }).waitFor()
    await answers(waiting.filter(hypatia)).getByRole('button', { name: 'Suspicious' }).click()
    await waiting.filter(hypatia).waitFor({ state: 'detached' })
    await given.filter(hypatia).getByText('Suspicious, said by you').waitFor()
    await page.getByText('Of the one opening you marked as suspicious it would catch 1.').waitFor()

    await undo(page, 'Marked as suspicious.')
    await toast(page, 'Undone: there is no verdict again.').waitFor()
    await waiting.filter(hypatia).waitFor()
    await given.filter(hypatia).getByText('Taken back by you').waitFor()

    const row = given.filter(hypatia)
    await answers(row).getByRole('button', { name: 'It was them' }).click()
    await row.getByRole('button', { name: 'Add a note' }).click()
    await page.getByLabel('Note on your verdict').fill('She called from Sao Paulo.')
    await page.keyboard.press('Enter')
    await row.getByText('She called from Sao Paulo.').waitFor()
    await row.getByRole('button', { name: 'Take back' }).click()
    // The keyboard goes on where the verdict was.
    await answers(row).getByRole('button', { name: 'It was them' }).and(page.locator(':focus')).waitFor()
    await undo(page, 'Your verdict is taken back.')
    await row.getByText('She called from Sao Paulo.').waitFor()
    await row.getByText('5 earlier verdicts').click()
    await row.getByText('Taken back by you').first().waitFor()

    const [item] = await feedback()
    expect(item).toMatchObject({ verdict: 'legitimate', note: 'She called from Sao Paulo.' })
    expect(item?.history.map(({ verdict }) => verdict)).toEqual([
      null,
      'legitimate',
      'legitimate',
      null,
      'suspicious',
    ])
    await leave(host)
  })

  test('shows every opening that waits, however long ago, and follows what happens to them', async () => {
    const { host, path, oneMore } = await busyEvent(at.stage())
    const here = await at.visit()
    await signIn(here, at.stage(), host.client)
    const { page } = here
    await page.goto(path)
    const list = (on: Page) =>
      on.getByRole('list', { name: 'Waiting for your verdict' }).getByRole('listitem')
    const total = (on: Page, count: number) =>
      on.getByRole('heading', { name: `${String(count)} openings wait for your verdict` }).waitFor()
    const namesOf = async (on: Page) =>
      (await list(on).allInnerTexts()).map((text) => /Guest \d+/.exec(text)?.[0])
    await total(page, 12)
    expect(await list(page).count()).toBe(10)
    await page.getByRole('button', { name: 'Show more' }).click()
    await list(page).nth(11).waitFor()
    const everybody = Array.from({ length: 12 }, (_, at) => `Guest ${String(12 - at)}`)
    expect(await namesOf(page)).toEqual(everybody)
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'openings wait for your verdict' }).hover()

    const other = await here.context.newPage()
    await other.goto(path)
    await total(other, 12)
    const eleventh = list(other).filter({ hasText: 'Guest 11' })
    await eleventh.getByRole('button', { name: 'It was them' }).click()
    await total(page, 11)
    await list(page).filter({ hasText: 'Guest 11' }).waitFor({ state: 'detached' })
    await undo(other, 'Marked as legitimate.')
    await total(page, 12)
    await expect.poll(() => namesOf(page)).toEqual(everybody)

    await oneMore()
    await total(page, 13)
    await expect.poll(async () => (await namesOf(page))[0]).toBe('Guest 13')

    // By keyboard: it goes on at the next row, which then stays where it is whatever comes.
    await list(page).first().getByRole('link', { name: 'Details' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await total(page, 12)
    const next = list(page).filter({ hasText: 'Guest 12' }).getByRole('button', { name: 'It was them' })
    await next.and(page.locator(':focus')).waitFor()
    // Below the heading, because the cards above count the openings too, and may do so between two questions.
    const below = () =>
      next.evaluate(`(button) => {
        const heading = button.closest('section').querySelector('h4')
        return button.getBoundingClientRect().y - heading.getBoundingClientRect().y
      }`)
    const before = await below()
    await oneMore()
    await total(page, 13)
    await page.getByRole('button', { name: '1 new opening' }).waitFor()
    expect(await below()).toBe(before)
    await page.getByRole('button', { name: '1 new opening' }).click()
    await list(page).first().getByText('Guest 14').waitFor()
    await leave(here)
  })

  test('takes a verdict back on the page of the guest', async () => {
    const host = await securityTab(at)
    const { page } = host
    const guest = evening().guests[4]?.id ?? ''
    await page.goto(`/events/${evening().eventId}/guests/${guest}`)
    const drawer = page.getByRole('dialog', { name: 'Srinivasa Ramanujan' })
    const first = drawer.getByRole('group', { name: 'Was it Srinivasa Ramanujan?' }).first()
    await first.getByRole('button', { name: 'It was them' }).click()
    await toast(page, 'Marked as legitimate.').waitFor()
    await first.getByRole('button', { name: 'Take back' }).click()
    await toast(page, 'Your verdict is taken back.').waitFor()
    await first.getByRole('button', { name: 'Take back' }).waitFor({ state: 'detached' })
    await expect
      .poll(async () => (await feedback()).find(({ guest: { id } }) => id === guest)?.verdict)
      .toBeNull()
    await leave(host)
  })
})
