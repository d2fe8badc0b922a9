import { expect } from 'vitest'
import { expectStatus } from '../support/party.ts'
import { Doorway, openScanner, result, scan, waiting } from './door-stage.ts'
import { admit, comeBack, goOffline } from './offline.ts'
import { describeOnStage } from './on-stage.ts'

describeOnStage('a scan that is sent when much has changed', ({ stage, phone }, test) => {
  test('counts at the gate where it was made, although the ticket of another one sends it', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace', 2)
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await page.route('**/api/check-in/batch', (route) => route.abort())
    await goOffline(page)
    await admit(page, ada.pass, 'Whole party of 2')
    await context.setOffline(false)
    await scan(page, (await way.ticket('South')).url)
    await page.getByRole('heading', { name: 'South' }).waitFor()
    expect(await waiting(page)).toBe(1)

    await page.unrouteAll({ behavior: 'wait' })
    await page.getByRole('button', { name: 'State of this device' }).tap()
    await page.getByRole('button', { name: 'Send and update now' }).tap()
    await expect.poll(() => waiting(page)).toBe(0)
    const { arrived, byGate, conflicts } = await way.arrivals()
    expect([arrived, byGate.map(({ gate }) => gate), conflicts]).toEqual([2, ['North'], []])
    await context.close()
  })

  test('is an arrival although its code leads nowhere any more, and everybody is told', async () => {
    const way = await Doorway.of(stage())
    const bob = await way.guest('Bob Noyce')
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await goOffline(page)
    await admit(page, bob.code, 'Let them in')
    const revoke = `/api/events/${way.event.id}/guests/${bob.id}/link/revoke`
    expectStatus(await way.host.client.post(revoke), 204)
    await way.caughtUp()
    await comeBack(page)

    await page.getByText('Conflict: Bob Noyce').waitFor()
    await result(page, 'Recorded, with a conflict')
      .getByText('Their pass was replaced or withdrawn.')
      .waitFor()
    const { arrived, conflicts } = await way.arrivals()
    expect(arrived).toBe(1)
    expect(conflicts).toMatchObject([{ kind: 'not_admissible', refusal: 'pass_revoked' }])
    await context.close()
  })
})
