import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { FeedbackItem, ThresholdsView } from '../../src/contracts/security.ts'
import { describeInBrowser } from '../support/browser.ts'
import { addGuest, createEvent, expectStatus, open, register, type TestGuest } from '../support/party.ts'
import { EVENT_DATE, FAR_AWAY, startEvening, type Evening } from './evening.ts'
import { HOME, startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor } from './visitor.ts'

const BOUNDARIES = ['Review above', 'Suspicious above', 'Blocked above'] as const
const slider = (page: Page, name: (typeof BOUNDARIES)[number]) =>
  page.getByRole('slider', { name, exact: true })
const valuesOf = (page: Page) =>
  Promise.all(BOUNDARIES.map(async (name) => Number(await slider(page, name).inputValue())))
const card = (page: Page, heading: string) =>
  page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: heading, exact: true }) })
    .last()
const toast = (page: Page, text: string) => page.locator('[data-toasts] > div').filter({ hasText: text })
const undo = (page: Page, text: string) => toast(page, text).getByRole('button', { name: 'Undo' }).click()

/** Drags the thumb of a slider with the pointer, in small steps as a hand does. */
async function drag(page: Page, target: Locator, to: number): Promise<void> {
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (box === null) throw new Error('the slider is not in sight')
  // The middle of a thumb of 28 px goes from 14 px in to 14 px before the end.
  const at = (value: number) => box.x + 14 + ((box.width - 28) * value) / 100
  const y = box.y + box.height / 2
  await page.mouse.move(at(Number(await target.inputValue())), y)
  await page.mouse.down()
  await page.mouse.move(at(to), y, { steps: 12 })
  await page.mouse.up()
}

describeInBrowser('the Security tab', (browser, test) => {
  let stage: Stage
  let evening: Evening

  beforeAll(async () => {
    stage = await startStage()
    evening = await startEvening(stage)
  })
  afterAll(async () => {
    await stage.stop()
  })

  const api = (rest: string) => `/api/events/${evening.eventId}/security/${rest}`
  const inForce = async () => {
    const { body } = await evening.host.client.get<ThresholdsView>(api('thresholds'))
    return [body.medium, body.high, body.block]
  }
  const feedback = async () =>
    expectStatus(await evening.host.client.get<{ items: FeedbackItem[] }>(api('feedback')), 200).items

  async function security(width: 390 | 1440 = 1440): Promise<Visitor> {
    const host = await visit(browser(), stage, { width })
    await signIn(host, stage, evening.host.client)
    await host.page.goto(`/events/${evening.eventId}/security`)
    await host.page.getByText('Based on', { exact: false }).waitFor({ state: 'attached' })
    return host
  }

  /** An event with twelve openings by strangers, and so much since that the live list no longer has them. */
  async function busyEvent() {
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

  async function leave({ context, trouble }: Visitor): Promise<void> {
    expect(trouble).toEqual([])
    await context.close()
  }

  for (const width of [390, 1440] as const) {
    test(`lets one boundary push the others along and back, by pointer, ${String(width)} px wide`, async () => {
      const host = await security(width)
      const { page } = host
      await drag(page, slider(page, 'Review above'), 75)
      const [medium = 0, high = 0, block] = await valuesOf(page)
      // A finger is not exact to one point of a hundred; that the next boundary is pushed along is.
      expect(Math.abs(medium - 75)).toBeLessThanOrEqual(1)
      expect([high - medium, block]).toEqual([1, 85])
      await page.getByText('Not saved yet.', { exact: false }).waitFor()
      await page.getByRole('button', { name: 'Discard' }).click()
      expect(await valuesOf(page)).toEqual([30, 60, 85])
      expect(await inForce()).toEqual([30, 60, 85])
      await leave(host)
    })
  }

  test('moves boundaries by keys, and takes numbers that leave room for the others', async () => {
    const host = await security()
    const { page } = host
    await slider(page, 'Suspicious above').focus()
    await page.keyboard.press('ArrowRight')
    expect(await valuesOf(page)).toEqual([30, 61, 85])
    await page.keyboard.press('End')
    expect(await valuesOf(page)).toEqual([30, 99, 100])
    await slider(page, 'Blocked above').focus()
    await page.keyboard.press('Home')
    expect(await valuesOf(page)).toEqual([0, 1, 2])

    const number = page.getByRole('spinbutton', { name: 'Review above, as a number' })
    await number.fill('250')
    await number.press('Enter')
    expect(await valuesOf(page)).toEqual([98, 99, 100])
    expect(await number.inputValue()).toBe('98')
    await page.getByRole('button', { name: 'Back to the defaults' }).click()
    expect(await valuesOf(page)).toEqual([30, 60, 85])
    await leave(host)
  })

  test('counts while boundaries move, names who would change band, and takes a change back', async () => {
    const host = await security()
    const { page } = host
    const row = (band: string) => page.getByRole('table').getByRole('row', { name: new RegExp(`^${band}`) })
    const guests = page.getByRole('list', { name: 'Guests who would be in another band' })
    // Of one stranger on another device and network, the only opening that is blocked.
    expect(await row('Blocked').innerText()).toMatch(/\b1\b/)
    await guests.waitFor({ state: 'detached' })

    const number = page.getByRole('spinbutton', { name: 'Blocked above, as a number' })
    await number.fill('100')
    await number.press('Enter')
    await page.getByText('1 opening would move from Blocked to Suspicious.').waitFor()
    await page.getByText('1 of them would no longer have been stopped.').waitFor()
    await guests.getByRole('link', { name: 'Hypatia of Alexandria' }).waitFor()
    expect((await row('Blocked').innerText()).split(/\s+/).slice(1, 3)).toEqual(['1', '0'])

    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await toast(page, 'From now on openings are judged by 30, 60 and 100.').waitFor()
    expect(await inForce()).toEqual([30, 60, 100])
    await undo(page, 'From now on')
    await toast(page, 'Openings are judged by 30, 60 and 85 again.').waitFor()
    expect(await inForce()).toEqual([30, 60, 85])
    await leave(host)
  })

  test('says when somebody else changed the boundaries, shows theirs, and keeps one’s own at hand', async () => {
    const host = await security()
    const { page } = host
    const number = page.getByRole('spinbutton', { name: 'Review above, as a number' })
    await number.fill('10')
    await number.press('Enter')
    const theirs = { medium: 20, high: 50, block: 80 }
    expectStatus(await evening.host.client.request('PUT', api('thresholds'), { json: theirs }), 200)

    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Somebody else has changed the boundaries meanwhile: 20, 50 and 80').waitFor()
    expect([await valuesOf(page), await inForce()]).toEqual([
      [20, 50, 80],
      [20, 50, 80],
    ])
    await page.getByRole('button', { name: 'Try mine again: 10, 60 and 85' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await toast(page, 'From now on openings are judged by 10, 60 and 85.').waitFor()
    expect(await inForce()).toEqual([10, 60, 85])
    await page.getByRole('button', { name: 'Back to the defaults' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await toast(page, 'judged by 30, 60 and 85.').waitFor()
    await leave(host)
  })

  test('trusts a network in its canonical form, and puts one back that was taken off by mistake', async () => {
    const host = await security()
    const { page } = host
    const networks = page.getByRole('list', { name: 'Trusted networks' })
    const field = page.getByLabel('Address or network')
    await field.fill('10.0.0.0/33')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('alert').or(page.locator('[aria-invalid=true]')).first().waitFor()
    await field.fill('198.51.100.77/24')
    await page.getByLabel('Note').first().fill('The hotel')
    await page.keyboard.press('Enter')
    const hotel = networks.getByRole('listitem').filter({ hasText: '198.51.100.0/24' })
    await hotel.getByText('The hotel').waitFor()

    await page.getByRole('button', { name: 'Remove 198.51.100.0/24' }).click()
    await hotel.waitFor({ state: 'detached' })
    await undo(page, '198.51.100.0/24 is no longer trusted.')
    await toast(page, '198.51.100.0/24 is trusted again.').waitFor()
    await hotel.getByText('The hotel').waitFor()
    await leave(host)
  })

  test('takes a verdict on a waiting opening, lets it be undone, and keeps what was said', async () => {
    const host = await security()
    const { page } = host
    const waiting = page.getByRole('list', { name: 'Waiting for your verdict' }).getByRole('listitem')
    const given = page.getByRole('list', { name: 'Verdicts, newest first' }).getByRole('listitem')
    const hypatia = { hasText: 'Hypatia of Alexandria' }
    const answers = (row: Locator) => row.getByRole('group', { name: 'Was it Hypatia of Alexandria?' })

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
    const { host, path, oneMore } = await busyEvent()
    const here = await visit(browser(), stage)
    await signIn(here, stage, host.client)
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
    expect(await namesOf(page)).toEqual(everybody)

    await oneMore()
    await total(page, 13)
    expect((await namesOf(page))[0]).toBe('Guest 13')

    // By keyboard: it goes on at the next row, which then stays where it is whatever comes.
    await list(page).first().getByRole('link', { name: 'Details' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await total(page, 12)
    const next = list(page).filter({ hasText: 'Guest 12' }).getByRole('button', { name: 'It was them' })
    await next.and(page.locator(':focus')).waitFor()
    // Below the heading, because the cards above count the openings too.
    const heading = page.getByRole('heading', { name: 'openings wait for your verdict' })
    const yOf = async (target: Locator) => (await target.boundingBox())?.y ?? NaN
    const below = async () => (await yOf(next)) - (await yOf(heading))
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
    const host = await security()
    const { page } = host
    const guest = evening.guests[4]?.id ?? ''
    await page.goto(`/events/${evening.eventId}/guests/${guest}`)
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

  test('lets nothing be changed once the event is archived, and shows everything', async () => {
    expectStatus(await evening.host.client.post(`/api/events/${evening.eventId}/archive`), 200)
    const host = await security()
    const { page } = host
    await page.getByText('The event is archived: its security settings can no longer be changed.').waitFor()
    for (const name of BOUNDARIES) expect(await slider(page, name).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0)
    expect(await card(page, 'Trusted networks').getByRole('button').count()).toBe(0)
    await page.getByText('198.51.100.0/24').waitFor()
    await leave(host)
  })
})
