import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import type { PassHolder } from '../support/gate.ts'
import { Doorway, listIs, openScanner, result, scan, state } from './door-stage.ts'
import { describeOnStage } from './on-stage.ts'

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describeOnStage('a gate before which somebody holds the ticket of a scanner', ({ stage, phone }, test) => {
  let way: Doorway
  let ada: PassHolder

  beforeAll(async () => {
    way = await Doorway.of(stage())
    ada = await way.guest('Ada Lovelace', 3)
    await way.caughtUp()
  })

  /** As a guest can make it, who knows the id of the event. */
  const forged = () => {
    const gg = { ticketId: 'x', eventId: way.event.id, gate: 'Mine' }
    return `https://example.org/scan#e30.${base64url({ gg })}.AAAA`
  }
  const close = (page: Page) => page.getByRole('button', { name: 'Close' }).tap()

  test('goes on with its own list, also after a restart without a network, when it is forged', async () => {
    const { context, page, trouble } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await page.evaluate('navigator.serviceWorker.ready')
    await scan(page, forged())
    await page.getByRole('alert').getByText('The server does not take that door ticket.').waitFor()
    await close(page)
    await page.getByRole('heading', { name: 'North' }).waitFor()

    await context.setOffline(true)
    await page.reload()
    await listIs(page, 1)
    await scan(page, ada.pass)
    await page.getByRole('button', { name: 'Just one' }).tap()
    await result(page, 'Admitted offline').waitFor()
    expect(trouble.filter((line) => !/ERR_INTERNET_DISCONNECTED/.test(line))).toEqual([])
    await context.close()
  })

  test('changes to another gate of its event, and not while nobody can say whether the ticket is good', async () => {
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('West'), 1)
    const east = await way.ticket('East')
    await context.setOffline(true)
    await state(page, 'Offline')
    await scan(page, east.url)
    await page
      .getByRole('alert')
      .getByText('Another door ticket is taken only after the server was asked')
      .waitFor()
    await close(page)
    await page.getByRole('heading', { name: 'West' }).waitFor()

    await context.setOffline(false)
    await scan(page, east.url)
    await page.getByRole('heading', { name: 'East' }).waitFor()
    await listIs(page, 1)
    await context.close()
  })

  test('changes to another event only when people say so, and then says what waits for the one before', async () => {
    const other = await Doorway.of(stage(), { name: 'Somebody else’s party' })
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('South'), 1)
    const theirs = await other.ticket('Cellar')
    const notice = page.getByRole('alert').filter({ hasText: 'another event: Somebody else’s party' })
    await scan(page, theirs.url)
    await notice.getByRole('button', { name: 'Stay here' }).tap()
    await notice.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'South' }).waitFor()

    await page.route('**/api/check-in/batch', (route) => route.abort())
    await context.setOffline(true)
    await state(page, 'Offline')
    await scan(page, ada.pass)
    await page.getByRole('button', { name: 'Just one' }).tap()
    await result(page, 'Admitted offline').waitFor()
    await context.setOffline(false)
    await scan(page, theirs.url)
    await notice.getByRole('button', { name: 'Change to it' }).tap()
    await page.getByRole('heading', { name: 'Cellar' }).waitFor()
    await expect.poll(() => page.getByRole('heading', { name: 'South' }).count()).toBe(0)
    await page.getByText('One scan of another event waits on this device.').waitFor()
    await context.close()
  })
})
