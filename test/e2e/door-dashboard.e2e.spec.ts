import { expect } from 'vitest'
import { openGate } from '../support/gate.ts'
import { expectStatus } from '../support/party.ts'
import { Doorway, openScanner, state } from './door-stage.ts'
import { describeOnStage } from './on-stage.ts'
import { faultsOf } from './scenes.ts'
import { signIn } from './visitor.ts'

describeOnStage('the check-in of the dashboard', ({ stage, visit, phone }, test) => {
  const checkIn = async (way: Doorway, width: 390 | 1440 = 1440) => {
    const host = await visit({ width })
    await signIn(host, stage(), way.host.client)
    await host.page.goto(`/events/${way.event.id}/check-in`)
    return host
  }

  test('is no phone at a gate: it stands apart from them, with nothing to withdraw', async () => {
    const way = await Doorway.of(stage())
    const grace = await way.guest('Grace Hopper', 2)
    await way.caughtUp()
    const { page, context, trouble } = await checkIn(way)
    await page.getByLabel('Code of the pass').fill(grace.code)
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await page.getByRole('button', { name: 'Whole party of 2' }).click()
    await page.reload()
    const phones = page.getByRole('region', { name: 'Phones at the gates' })
    await phones.getByText('No phone has a ticket yet.').waitFor()
    await phones.getByText(/^On the dashboard: 2 people let in, last used /).waitFor()
    expect(await phones.getByRole('button').count()).toBe(0)
    expect(await faultsOf(page, trouble)).toEqual([])
    await context.close()
  })

  test('says at which gate people were let in who count at another', async () => {
    const way = await Doorway.of(stage())
    const { pass } = await way.guest('Zoe Mueller', 3)
    for (const name of ['North', 'South']) {
      const gate = await openGate(way.product, way.host, way.event.id, name)
      await gate.batch(gate.scan({ pass, arrivalCount: 3, outcome: 'admitted', arrivedBefore: 0 }))
    }
    await way.caughtUp()
    const { page, context } = await checkIn(way)
    await page.getByText(/^3 people, last /).waitFor()
    await page.getByText(/^3 let in, of whom nobody counts here, last /).waitFor()
    expect(await page.getByText(/let 3 people in, last seen /).count()).toBe(2)
    await context.close()
  })

  test('says how long a scanner goes on whose ticket is withdrawn: half a minute, however idle it is', async () => {
    const way = await Doorway.of(stage())
    await way.guest('Grace Hopper')
    await way.caughtUp()
    const { page: scanner, context } = await phone()
    await scanner.clock.install()
    await openScanner(scanner, await way.ticket('North'), 1)
    await state(scanner, 'Online')
    const host = await checkIn(way)
    await host.page.getByRole('button', { name: 'Withdraw the ticket of North' }).click()
    const dialog = host.page.getByRole('dialog')
    await dialog.getByText('within half a minute while the scanner is open and connected').waitFor()
    await dialog.getByRole('button', { name: 'Withdraw' }).click()
    await host.page.getByText(/^withdrawn /).waitFor()
    await scanner.clock.fastForward(30_000)
    await scanner.getByRole('heading', { name: 'This door ticket was withdrawn' }).waitFor()
    await host.context.close()
    await context.close()
  })

  test('checks nobody in at an event that is archived, offers no code, and goes on saying who came', async () => {
    const way = await Doorway.of(stage())
    await way.guest('Grace Hopper')
    for (const step of ['close', 'archive']) {
      const path = `/api/events/${way.event.id}/${step}`
      expectStatus(await way.host.client.post(path), 200)
    }
    await way.caughtUp()
    const { page, context, trouble } = await checkIn(way, 390)
    await page.getByText('The event is archived: nobody can be checked in any more.').waitFor()
    await page.getByText('of 1 expected').waitFor()
    for (const name of ['Try again', 'Show the code', 'Check']) {
      expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0)
    }
    expect(await faultsOf(page, trouble)).toEqual([])
    await context.close()
  })
})
