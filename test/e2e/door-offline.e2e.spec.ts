import { expect } from 'vitest'
import { DAY } from '../../src/kernel/time.ts'
import { expectStatus } from '../support/party.ts'
import { Doorway, listIs, openScanner, result, scan, state, waiting } from './door-stage.ts'
import { EVENT_DATE } from './evening.ts'
import { admit, coldStart, comeBack, goOffline, workerReady } from './offline.ts'
import { describeOnStage } from './on-stage.ts'

describeOnStage('a scanner without a network', ({ stage, phone }, test) => {
  test('starts cold in airplane mode, with the server gone, and lets guests in', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace', 3)
    await way.caughtUp()
    const { context, page, trouble } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    await workerReady(page)
    await stage().goDown()
    await context.setOffline(true)

    const cold = await coldStart(context, page)
    await cold.getByRole('heading', { name: 'North' }).waitFor()
    await listIs(cold, 1)
    await state(cold, 'Offline')
    await admit(cold, ada.pass, 'Whole party of 3')
    expect(await waiting(cold)).toBe(1)
    // Switched off again: what was decided is still there, and known.
    const colder = await coldStart(context, cold)
    await expect.poll(() => waiting(colder)).toBe(1)
    await scan(colder, ada.pass)
    await result(colder, 'Already inside').waitFor()

    await stage().comeBack()
    await comeBack(colder)
    expect(await way.arrivals()).toMatchObject({ arrived: 3, conflicts: [] })
    expect(trouble.filter((line) => !/ERR_INTERNET_DISCONNECTED/.test(line))).toEqual([])
    await context.close()
  })

  test('keeps both arrivals when two gates let the same party in, counts them once, and tells them of it', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace', 2)
    await way.caughtUp()
    const [north, south] = [await phone(), await phone()]
    await openScanner(north.page, await way.ticket('North'), 1)
    await openScanner(south.page, await way.ticket('South'), 1)
    for (const { page } of [north, south]) {
      await goOffline(page)
      await admit(page, ada.pass, 'Whole party of 2')
    }
    for (const { page } of [north, south]) await comeBack(page)

    const { arrived, byGate, conflicts } = await way.arrivals()
    expect(arrived).toBe(2)
    expect(byGate.map(({ gate }) => gate)).toContain('North')
    expect(conflicts).toHaveLength(1)
    expect(conflicts[0]).toMatchObject({ kind: 'admitted_twice', guest: { name: 'Ada Lovelace' } })
    expect(conflicts[0]?.arrivals.map(({ gate, count, undone }) => ({ gate, count, undone }))).toEqual([
      { gate: 'North', count: 2, undone: false },
      { gate: 'South', count: 2, undone: false },
    ])
    const notice = south.page.getByRole('region', { name: 'Needs to be told' })
    await notice.getByText('Conflict: Ada Lovelace').waitFor()
    await notice.getByText('Another gate had let this party in.').waitFor()
    await notice.getByRole('button', { name: 'Seen' }).tap()
    await notice.waitFor({ state: 'detached' })
    expect(await north.page.getByText('Needs to be told').count()).toBe(0)
    for (const { context } of [north, south]) await context.close()
  })

  test('refuses what the server would refuse', async () => {
    const way = await Doorway.of(stage())
    const other = await Doorway.of(stage())
    const stranger = await other.guest('Mallory')
    const ada = await way.guest('Ada Lovelace')
    const bob = await way.guest('Bob Noyce')
    const revoke = `/api/events/${way.event.id}/guests/${bob.id}/link/revoke`
    expectStatus(await way.host.client.post(revoke), 204)
    await way.caughtUp()
    const { context, page } = await phone()
    const late = new Date(Date.parse(EVENT_DATE) + 2 * DAY)
    const ticket = await way.ticket('North', { expiresAt: new Date(+late + DAY).toISOString() })
    await openScanner(page, ticket, 2)
    await goOffline(page)

    const changed = `${ada.pass.slice(0, 100)}${ada.pass[100] === '0' ? '1' : '0'}${ada.pass.slice(101)}`
    const refusals: [string, string][] = [
      [changed, 'This pass is forged or damaged'],
      [stranger.pass, 'This pass is for another event.'],
      [way.pass(stranger.id), 'No guest of this event has this pass or code.'],
      [bob.pass, 'This pass was replaced or withdrawn.'],
      ['https://example.org/r/abcdef', 'This is not a pass of ours.'],
      [`{"id":"${ada.id}","valid":true}`, 'This is not a pass of ours.'],
      [ada.id, 'This is not a pass of ours.'],
      ['AAAAA-AAAAA', 'No guest of this event has this pass or code.'],
    ]
    for (const [text, sentence] of refusals) {
      await scan(page, text)
      await result(page, 'Do not admit').getByText(sentence).waitFor()
      expect(await page.getByRole('button', { name: 'Let them in' }).count(), text).toBe(0)
    }
    // The same pass before and after its time is over.
    await scan(page, ada.pass)
    await page.getByRole('button', { name: 'Let them in' }).waitFor()
    await page.clock.setFixedTime(late)
    await scan(page, ada.pass)
    await result(page, 'Do not admit').getByText('This pass has run out.').waitFor()
    expect(await waiting(page)).toBe(refusals.length + 1)
    expect((await way.arrivals()).arrived).toBe(0)
    await context.close()
  })

  test('decides by itself when an answer takes longer than guests wait, and comes back by itself', async () => {
    const way = await Doorway.of(stage())
    const ada = await way.guest('Ada Lovelace')
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 1)
    // There is a network, and an answer that never comes.
    await page.route('**/api/check-in/**', () => undefined)
    await scan(page, ada.pass)
    await page.getByText('Checked on this device, without the server.').waitFor()
    await state(page, 'Offline')
    await page.getByRole('button', { name: 'Let them in' }).tap()
    await result(page, 'Admitted offline').waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await state(page, 'Online')
    expect(await waiting(page)).toBe(0)
    expect(await way.arrivals()).toMatchObject({ arrived: 1, conflicts: [] })
    await context.close()
  })

  test('says that it is connecting until it knows, offline with the first call to nobody, and finds a server that came back', async () => {
    const way = await Doorway.of(stage())
    const [ada, bob] = [await way.guest('Ada Lovelace'), await way.guest('Bob Noyce')]
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 2)
    await workerReady(page)
    await stage().goDown()
    // There is a network all the while: the browser tells nothing.
    await scan(page, ada.pass)
    await page.getByText('Checked on this device, without the server.').waitFor()
    await state(page, 'Offline')
    await page.getByRole('button', { name: 'Let them in' }).tap()
    await result(page, 'Admitted offline').waitFor()

    await context.route('**/api/check-in/**', () => undefined)
    const cold = await coldStart(context, page)
    await state(cold, 'Connecting…')
    await context.unrouteAll({ behavior: 'ignoreErrors' })
    await cold.reload()
    await state(cold, 'Offline')
    await admit(cold, bob.pass, 'Let them in')

    await stage().comeBack()
    await state(cold, 'Online')
    await result(cold, 'Admitted').getByText('the server has it now').waitFor()
    expect((await way.arrivals()).arrived).toBe(2)
    await context.close()
  })

  test('undoes what was not sent yet without telling anybody, and what was sent by asking', async () => {
    const way = await Doorway.of(stage())
    const [ada, bob] = [await way.guest('Ada Lovelace'), await way.guest('Bob Noyce')]
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 2)
    await goOffline(page)
    const undo = (name: string) => page.getByRole('button', { name: `Undo the arrival of ${name}` }).tap()
    await admit(page, ada.pass, 'Let them in')
    await undo('Ada Lovelace')
    await page.getByText('Taken back').waitFor()
    expect(await waiting(page)).toBe(0)

    await admit(page, bob.pass, 'Let them in')
    await comeBack(page)
    expect((await way.arrivals()).arrived).toBe(1)
    await undo('Bob Noyce')
    await expect.poll(async () => (await way.arrivals()).arrived).toBe(0)
    await context.close()
  })

  test('keeps the last scans and their undo when the page is loaded again', async () => {
    const way = await Doorway.of(stage())
    const [ada, bob] = [await way.guest('Ada Lovelace'), await way.guest('Bob Noyce')]
    await way.caughtUp()
    const { context, page } = await phone()
    await openScanner(page, await way.ticket('North'), 2)
    await workerReady(page)
    await goOffline(page)
    await admit(page, ada.pass, 'Let them in')
    await admit(page, bob.pass, 'Let them in')
    const undo = (on: typeof page, name: string) =>
      on.getByRole('button', { name: `Undo the arrival of ${name}` }).tap()

    const cold = await coldStart(context, page)
    await undo(cold, 'Ada Lovelace')
    await cold.getByText('Taken back').waitFor()
    expect(await waiting(cold)).toBe(1)
    await comeBack(cold)
    const warm = await coldStart(context, cold)
    await undo(warm, 'Bob Noyce')
    await expect.poll(async () => (await way.arrivals()).arrived).toBe(0)
    await context.close()
  })
})
