import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openGate } from '../support/gate.ts'
import { addGuest, expectStatus } from '../support/party.ts'
import { Doorway, openScanner, result, state } from './door-stage.ts'
import { comeBack, goOffline } from './offline.ts'
import { describeOnStage } from './on-stage.ts'
import { faultsOf } from './scenes.ts'
import { signIn } from './visitor.ts'

/** Opens the search and picks the one who is found. */
async function pick(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Find name' }).click()
  const sheet = page.getByRole('dialog', { name: 'Find a guest by name' })
  await sheet.getByRole('textbox', { name: 'Name' }).fill(name.slice(0, 5))
  await sheet.getByRole('button', { name: new RegExp(name) }).click()
}

describeOnStage('a guest without a pass at hand', ({ stage, visit, phone }, test) => {
  const checkIn = async (way: Doorway, width: 390 | 1440) => {
    const host = await visit({ width })
    await signIn(host, stage(), way.host.client)
    await host.page.goto(`/events/${way.event.id}/check-in`)
    await host.page.getByText('Ready for the next guest').waitFor()
    return host
  }

  const refusals = async (way: Doorway) => {
    await way.caughtUp()
    const path = `/api/events/${way.event.id}/activity`
    type Activity = { items: { kind: string; sentence: string }[] }
    const { items } = expectStatus(await way.host.client.get<Activity>(path), 200)
    return items.filter(({ kind }) => kind === 'check_in_refused').map(({ sentence }) => sentence)
  }

  for (const width of [390, 1440] as const) {
    test(`is found by name on the dashboard at ${String(width)} px, where the code that led there failed, and let in`, async () => {
      const way = await Doorway.of(stage())
      await way.guest('Grace Hopper', 2)
      await way.caughtUp()
      const { page, context, trouble } = await checkIn(way, width)
      await page.getByLabel('Code of the pass').fill('ABCDE-12345')
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await page.getByText('or find the guest by name').waitFor()
      await page.getByRole('button', { name: 'Find name' }).click()
      await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('grace')
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Grace Hopper/ })
        .waitFor()
      expect(await faultsOf(page, trouble)).toEqual([])
      await page.getByRole('button', { name: 'Close' }).click()
      await pick(page, 'Grace Hopper')
      await page.getByRole('button', { name: 'Whole party of 2' }).click()
      await result(page, 'Admitted').waitFor()
      expect((await way.arrivals()).byGate).toMatchObject([{ gate: 'Dashboard', arrived: 2 }])
      await context.close()
    })
  }

  test('is refused on the dashboard for a reason, which the next gate is told', async () => {
    const way = await Doorway.of(stage())
    const grace = await way.guest('Grace Hopper')
    await way.caughtUp()
    const { page, context, trouble } = await checkIn(way, 390)
    await pick(page, 'Grace Hopper')
    await page.getByRole('button', { name: 'Refuse' }).click()
    await page.getByRole('dialog', { name: 'Why are they refused?' }).waitFor()
    expect(await faultsOf(page, trouble)).toEqual([])
    await page.getByRole('button', { name: 'Another reason' }).click()
    await result(page, 'Do not admit').waitFor()
    expect(await refusals(way)).toEqual([
      'Grace Hopper was not let in at Dashboard: another reason, which staff did not name',
    ])
    const north = await openGate(way.product, way.host, way.event.id, 'North')
    const seen = expectStatus(await north.preview({ pass: grace.pass }), 200)
    expect(seen.turnedAway).toMatchObject({ gate: 'Dashboard', reason: 'other' })
    await context.close()
  })

  test('has no seat: the scanner says so, with and without a connection, and the host sees it live', async () => {
    const way = await Doorway.of(stage())
    await way.guest('Grace Hopper')
    await addGuest(way.host, way.event.id, { name: 'Zoe Twice' })
    await way.caughtUp()
    const { page, context } = await phone()
    await openScanner(page, await way.ticket('North'), 2)
    await state(page, 'Online')
    const refused = 'Zoe Twice was not let in at North: not on the list of those who come'
    await pick(page, 'Zoe Twice')
    await result(page, 'Do not admit').waitFor()
    expect(await refusals(way)).toEqual([refused])
    await page.getByRole('button', { name: 'Next guest' }).tap()
    // Past the three seconds of the same reading.
    await goOffline(page)
    await page.waitForTimeout(3_000)
    await pick(page, 'Zoe Twice')
    await result(page, 'Do not admit').waitFor()
    await comeBack(page)
    await expect.poll(() => refusals(way)).toEqual([refused, refused])
    await context.close()
  })

  test('is found by name from what a wrong code came to, on the scanner', async () => {
    const way = await Doorway.of(stage())
    await way.guest('Grace Hopper')
    await way.caughtUp()
    const { page, context } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await page.getByRole('button', { name: 'Type code' }).tap()
    const sheet: Locator = page.getByRole('dialog')
    await sheet.getByLabel('Code of the pass').fill('ABCDE-12345')
    await sheet.getByRole('button', { name: 'Check', exact: true }).tap()
    await result(page, 'Do not admit').waitFor()
    await pick(page, 'Grace Hopper')
    await page.getByRole('button', { name: 'Let them in' }).waitFor()
    await context.close()
  })
})
