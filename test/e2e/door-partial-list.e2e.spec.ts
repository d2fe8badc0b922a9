import { beforeAll, expect } from 'vitest'
import type { Manifest } from '../../src/contracts/door-offline.ts'
import { Doorway, result, scan, state, waiting } from './door-stage.ts'
import { describeOnStage } from './on-stage.ts'

describeOnStage('a scanner whose network died while it loaded the guest list', ({ stage, phone }, test) => {
  let way: Doorway

  beforeAll(async () => {
    way = await Doorway.of(stage())
  })

  test('leaves guests who are not on its part of the list to people, and records what they decide', async () => {
    const ada = await way.guest('Ada Lovelace')
    const bob = await way.guest('Bob Noyce', 4)
    await way.caughtUp()
    const { context, page } = await phone()
    // Of the list only the first guest gets through.
    await page.route('**/api/check-in/manifest?*', async (route) => {
      if (route.request().url().includes('since=')) return route.abort()
      const response = await route.fetch()
      const answer = (await response.json()) as Manifest
      const guests = answer.guests.filter(({ id }) => id === ada.id)
      return route.fulfill({ response, json: { ...answer, guests, more: true } })
    })
    await page.goto(`/scan#${(await way.ticket('North')).ticket}`)
    await page.getByText('1 of 2 guests, still loading').waitFor()
    await context.setOffline(true)
    await state(page, 'Offline')

    await scan(page, bob.code)
    await result(page, 'Could not check').getByText('This device has only a part of the guest list').waitFor()
    await scan(page, bob.pass)
    await result(page, 'You decide').getByText('A genuine pass').waitFor()
    await page.getByRole('button', { name: 'One person more' }).tap()
    await page.getByRole('button', { name: 'Let in 3' }).tap()
    await result(page, 'Admitted offline').waitFor()
    expect(await waiting(page)).toBe(1)
    await page.getByRole('button', { name: 'Walk-in' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Find name' }).tap()
    await page.getByRole('textbox', { name: 'Name' }).fill('noyce')
    await page
      .getByText('Nobody is called that on the part of the guest list that this device has.')
      .waitFor()
    await page.getByRole('button', { name: 'Close' }).tap()

    await page.unrouteAll({ behavior: 'wait' })
    await context.setOffline(false)
    await expect.poll(() => waiting(page)).toBe(0)
    expect(await way.arrivals()).toMatchObject({ arrived: 3, conflicts: [] })
    await context.close()
  })
})
