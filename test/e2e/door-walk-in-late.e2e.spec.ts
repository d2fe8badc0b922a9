import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { Doorway, openScanner, result, state } from './door-stage.ts'
import { comeBack, goOffline } from './offline.ts'
import { faultsOf } from './scenes.ts'
import { startStage, type Stage } from './stage.ts'
import { visit } from './visitor.ts'

describeInBrowser('a walk-in whom the server learns of when the house is full', (browser, test) => {
  let stage: Stage

  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(async () => {
    await stage.stop()
  })

  test('is warned of before, and told of as that on the banner and in the notice', async () => {
    const way = await Doorway.of(stage, { maxCapacity: 1 })
    await way.guest('Kate Jonson')
    const path = `/api/events/${way.event.id}/door`
    await way.host.client.request('PUT', path, { json: { walkIns: true } })
    await way.caughtUp()
    const { context, page } = await visit(browser(), stage, { width: 390 })
    await openScanner(page, await way.ticket('North'), 1)
    await state(page, 'Online')
    await goOffline(page)
    await page.getByRole('button', { name: 'Walk-in' }).tap()
    await page.getByRole('textbox', { name: 'Name' }).fill('Walter Late')
    await page.getByText('As far as this device knows, no seat is left.').waitFor()
    expect(await faultsOf(page, [])).toEqual([])
    await page.getByRole('button', { name: 'Add, let in one' }).tap()
    await result(page, 'Admitted offline').waitFor()
    await comeBack(page)

    const sentence = 'There was no seat left for them. They are counted, and the host sees it.'
    await result(page, 'Recorded, with a conflict').getByText(sentence).waitFor()
    await page.getByRole('region', { name: 'Needs to be told' }).getByText(sentence).waitFor()
    // Without the console, where the browser says that it has no network.
    expect(await faultsOf(page, [])).toEqual([])
    await context.close()
  })
})
