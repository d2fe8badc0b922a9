import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { ThresholdsView } from '../../src/contracts/security.ts'
import { expectStatus } from '../support/party.ts'
import { describeEvening } from './on-stage.ts'
import { leave, securityTab, toast, undo } from './security-tab.ts'

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

describeEvening('the Security tab', (at, test) => {
  const { evening } = at
  const api = (rest: string) => `/api/events/${evening().eventId}/security/${rest}`
  const inForce = async () => {
    const { body } = await evening().host.client.get<ThresholdsView>(api('thresholds'))
    return [body.medium, body.high, body.block]
  }

  for (const width of [390, 1440] as const) {
    test(`lets one boundary push the others along and back, by pointer, ${String(width)} px wide`, async () => {
      const host = await securityTab(at, width)
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
    const host = await securityTab(at)
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
    const host = await securityTab(at)
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

  test('asks before moved boundaries are left unsaved, within the product and by the browser', async () => {
    const host = await securityTab(at, 390)
    const { page } = host
    const number = page.getByRole('spinbutton', { name: 'Blocked above, as a number' })
    await number.fill('70')
    await number.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' })
    const toLive = () =>
      page.getByRole('navigation', { name: 'Parts of the event' }).getByRole('link', { name: 'Live' }).click()
    await toLive()
    await dialog.getByText('openings are judged by 30, 60 and 85').waitFor()
    await dialog.getByText('Stay here').click()
    await dialog.waitFor({ state: 'detached' })
    expect(await valuesOf(page)).toEqual([30, 60, 70])

    const asked = page.waitForEvent('dialog')
    const reloaded = page.reload().catch(() => 'stayed')
    const byBrowser = await asked
    expect(byBrowser.type()).toBe('beforeunload')
    await byBrowser.dismiss()
    expect(await reloaded).toBe('stayed')
    expect(await valuesOf(page)).toEqual([30, 60, 70])

    await toLive()
    await dialog.getByRole('button', { name: 'Leave' }).click()
    await page.getByRole('heading', { name: 'Live', exact: true }).waitFor()
    await page.goBack()
    await page.getByRole('spinbutton', { name: 'Blocked above, as a number' }).waitFor()
    expect(await valuesOf(page)).toEqual([30, 60, 85])
    await leave(host)
  })

  test('says when somebody else changed the boundaries, shows theirs, and keeps one’s own at hand', async () => {
    const host = await securityTab(at)
    const { page } = host
    const number = page.getByRole('spinbutton', { name: 'Review above, as a number' })
    await number.fill('10')
    await number.press('Enter')
    const theirs = { medium: 20, high: 50, block: 80 }
    expectStatus(await evening().host.client.request('PUT', api('thresholds'), { json: theirs }), 200)

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
    const host = await securityTab(at)
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

  test('lets nothing be changed once the event is archived, and shows everything', async () => {
    expectStatus(await evening().host.client.post(`/api/events/${evening().eventId}/archive`), 200)
    const host = await securityTab(at)
    const { page } = host
    await page.getByText('The event is archived: its security settings can no longer be changed.').waitFor()
    for (const name of BOUNDARIES) expect(await slider(page, name).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0)
    expect(await card(page, 'Trusted networks').getByRole('button').count()).toBe(0)
    await page.getByText('198.51.100.0/24').waitFor()
    await leave(host)
  })
})
