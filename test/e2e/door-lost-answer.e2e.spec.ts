import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { Doorway, openScanner, result, scan, waiting } from './door-stage.ts'
import { admit } from './offline.ts'
import { describeOnStage } from './on-stage.ts'

/** Lets one of a party in while everything gets to the server, and nothing comes back. */
async function admitUnheard(page: Page, pass: string): Promise<void> {
  await page.route(/\/api\/check-in(\/batch)?$/, async (route) => {
    await route.fetch()
    await route.abort()
  })
  await admit(page, pass, 'Just one')
}

describeOnStage('an arrival that the server has and whose answer is lost', ({ stage, phone }, test) => {
  let way: Doorway

  beforeAll(async () => {
    way = await Doorway.of(stage())
  })

  test('is called taken back only once the server has taken it back', async () => {
    const ada = await way.guest('Ada Lovelace', 2)
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await admitUnheard(page, ada.pass)
    expect((await way.arrivals()).arrived).toBe(1)

    const undo = page.getByRole('button', { name: 'Undo the arrival of Ada Lovelace' })
    await undo.tap()
    await page.getByRole('alert').getByText('the server may have this arrival already').waitFor()
    expect(await page.getByText('Taken back').count()).toBe(0)
    expect(await waiting(page)).toBe(1)

    await page.unrouteAll({ behavior: 'wait' })
    await undo.tap()
    await page.getByText('Taken back').waitFor()
    await expect.poll(async () => (await way.arrivals()).arrived).toBe(0)
    expect(await waiting(page)).toBe(0)
    await context.close()
  })

  test('does not keep the second of the party out', async () => {
    const bob = await way.guest('Bob Noyce', 2)
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('South'), 2)
    await admitUnheard(page, bob.pass)
    await page.getByRole('button', { name: 'Next guest' }).tap()
    await scan(page, bob.code)
    await page.getByRole('button', { name: 'Let them in' }).tap()
    await result(page, 'Admitted offline').waitFor()
    await page.unrouteAll({ behavior: 'wait' })
    await page.getByRole('button', { name: 'State of this device' }).tap()
    await page.getByRole('button', { name: 'Send and update now' }).tap()
    await expect.poll(() => waiting(page)).toBe(0)
    expect((await way.arrivals()).byGate).toMatchObject([{ gate: 'South', arrived: 2 }])
    await context.close()
  })
})
