import { expect } from 'vitest'
import { expectStatus } from '../support/party.ts'
import { Doorway, openScanner, result, state } from './door-stage.ts'
import { comeBack, goOffline } from './offline.ts'
import { describeOnStage } from './on-stage.ts'
import { tooWideIn } from './scenes.ts'
import { signIn } from './visitor.ts'

describeOnStage('a walk-in', ({ stage, phone, visit }, test) => {
  test('with the name of a guest, at a full house, and without the server', async () => {
    const way = await Doorway.of(stage(), { maxCapacity: 1 })
    await way.guest('Kate Jonson')
    const path = `/api/events/${way.event.id}/door`
    await way.host.client.request('PUT', path, { json: { walkIns: true } })
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await state(page, 'Online')
    const add = async (name: string) => {
      await page.getByRole('button', { name: 'Walk-in' }).tap()
      await page.getByRole('textbox', { name: 'Name' }).fill(name)
    }
    const letIn = () => page.getByRole('button', { name: 'Add, let in one' }).tap()

    await add('kate jonson')
    await page.getByText('Somebody of this name is on the list: Kate Jonson.').waitFor()
    await page.getByRole('button', { name: 'Show that guest' }).tap()
    await page.getByRole('heading', { name: 'Kate Jonson' }).waitFor()
    await page.getByRole('button', { name: 'Next guest' }).tap()

    await add('Walter Full')
    await letIn()
    await result(page, 'Do not admit').getByText('There are not enough seats left').waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Next guest' }).tap()

    await goOffline(page)
    await add('Offline Walker')
    await letIn()
    await result(page, 'Admitted offline').waitFor()
    await comeBack(page)
    await page.getByText('Conflict: Offline Walker').waitFor()
    await result(page, 'Recorded, with a conflict').getByText('Offline Walker').waitFor()
    await context.close()
  })

  test('is one for the host too, in the list and in their own view', async () => {
    const way = await Doorway.of(stage())
    await way.guest('Kate Jonson')
    const path = `/api/events/${way.event.id}`
    await way.host.client.request('PUT', `${path}/door`, { json: { walkIns: true } })
    const { ticket } = await way.ticket('North gate')
    const scan = { deviceId: 'phone', scannedAt: new Date().toISOString(), nonce: 'walter-walks-in' }
    const body = { name: 'Walter Walker', arrivalCount: 2, ...scan }
    const door = { authorization: `Bearer ${ticket}` }
    expectStatus(await stage().client().post('/api/check-in/walk-in', body, door), 200)
    await way.caughtUp()

    const host = await visit()
    await signIn(host, stage(), way.host.client)
    const { page, context, trouble } = host
    await page.goto(`/events/${way.event.id}/guests`)
    for (const width of [1440, 768, 390]) {
      await page.setViewportSize({ width, height: 900 })
      const rows = page.getByRole(width < 768 ? 'listitem' : 'row')
      await rows.filter({ hasText: 'Walter Walker' }).getByText('Walk-in', { exact: true }).waitFor()
      expect(await rows.filter({ hasText: 'Kate Jonson' }).getByText('Walk-in').count()).toBe(0)
      expect(await tooWideIn(page), `${String(width)} px`).toEqual([])
    }
    await page.getByRole('link', { name: 'Walter Walker' }).click()
    const walter = page.getByRole('dialog', { name: 'Walter Walker' })
    await walter.getByText('Walk-in', { exact: true }).waitFor()
    await walter.getByText(/^Added at the door: North gate, \d\d:\d\d$/).waitFor()
    expect(await tooWideIn(page)).toEqual([])
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('link', { name: 'Kate Jonson' }).click()
    const kate = page.getByRole('dialog', { name: 'Kate Jonson' })
    await kate.getByText('Activity').waitFor()
    expect(await kate.getByText(/Walk-in|Added at the door/).count()).toBe(0)
    expect(trouble).toEqual([])
    await context.close()
  })
})
