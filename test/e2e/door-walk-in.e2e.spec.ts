import { expect } from 'vitest'
import { Doorway, openScanner, result, state } from './door-stage.ts'
import { comeBack, goOffline } from './offline.ts'
import { describeOnStage } from './on-stage.ts'

describeOnStage('a walk-in', ({ stage, phone }, test) => {
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
})
