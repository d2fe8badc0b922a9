import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { DAY } from '../../src/kernel/time.ts'
import { describeInBrowser } from '../support/browser.ts'
import { openGate, type Gate, type PassHolder } from '../support/gate.ts'
import { Doorway, listIs } from './door-stage.ts'
import { EVENT_DATE } from './evening.ts'
import { faultsOf } from './scenes.ts'
import { startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor } from './visitor.ts'

describeInBrowser('the host at the desk while guests arrive', (browser, test) => {
  let stage: Stage
  let way: Doorway
  let host: Visitor
  let guests: PassHolder[]
  let north: Gate
  let south: Gate

  beforeAll(async () => {
    stage = await startStage()
    way = await Doorway.of(stage)
    guests = [
      await way.guest('Ada Lovelace', 3),
      await way.guest('Bob Noyce'),
      await way.guest('Cleo Vance', 2),
    ]
    await way.caughtUp()
    north = await openGate(way.product, way.host, way.event.id, 'North')
    south = await openGate(way.product, way.host, way.event.id, 'South')
    host = await visit(browser(), stage)
    await signIn(host, stage, way.host.client)
  })
  afterAll(async () => {
    await stage.stop()
  })

  const tab = (page: Page, name = '/check-in') => page.goto(`/events/${way.event.id}${name}`)
  const region = (name: string | RegExp) => host.page.getByRole('region', { name })

  /** An arrival that a gate decided by itself, when it had no network. */
  const late = (gate: Gate, { pass }: PassHolder, arrivalCount: number, at: string) =>
    gate.batch(gate.scan({ pass, arrivalCount, outcome: 'admitted', arrivedBefore: 0, scannedAt: at }))

  test('gets a phone to the gate with a code, and sees that it is there', async () => {
    const { page } = host
    await tab(page)
    await page.getByLabel('Name of the gate').fill('Garden gate')
    await page.getByRole('button', { name: 'Show the code', exact: true }).click()
    await page.getByRole('img', { name: 'Code that opens the scanner' }).waitFor()
    const url = await page.getByRole('link', { name: 'Open it in this browser' }).getAttribute('href')
    const row = region('Phones at the gates').getByRole('listitem').filter({ hasText: 'Garden gate' }).first()
    await row.getByText('Not opened by any device yet.').waitFor()

    const phone = await visit(browser(), stage, { width: 390 })
    await phone.page.goto(url ?? '')
    await phone.page.getByRole('heading', { name: 'Garden gate' }).waitFor()
    await listIs(phone.page, 3)
    await row.getByText(/let nobody in, last seen/).waitFor()

    // The same gate again is the same ticket.
    await page.getByRole('button', { name: 'Show the code', exact: true }).click()
    expect(await page.getByRole('link', { name: 'Open it in this browser' }).getAttribute('href')).toBe(url)

    await page.getByRole('button', { name: 'Withdraw the ticket of Garden gate' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The one device that used it can check nobody in any more').waitFor()
    await dialog.getByRole('button', { name: 'Withdraw' }).click()
    await row.getByText(/withdrawn \d\d:/).waitFor()
    await phone.page.getByRole('button', { name: 'State of this device' }).tap()
    await phone.page.getByRole('button', { name: 'Send and update now' }).tap()
    await phone.page.getByRole('heading', { name: 'This door ticket was withdrawn' }).waitFor()
    await phone.context.close()
  })

  test('sees people arrive by gate and by quarter of an hour, and who is missing, without reloading', async () => {
    const { page } = host
    await tab(page)
    await page.getByText('of 6 expected').waitFor()
    await page.evaluate('window.neverReloaded = true')
    await region('Still missing').getByText('6 people of 3 parties').waitFor()
    const [ada, bob] = guests as [PassHolder, PassHolder]
    await north.checkIn({ pass: ada.pass, arrivalCount: 2 })
    await south.checkIn({ pass: bob.pass })
    await region('Still missing').getByText('3 people of 2 parties').waitFor()
    await region('Still missing').getByText('2 of 3 here').waitFor()
    await page.getByText('2 people, last').waitFor()
    const flow = page.getByRole('list', { name: 'People by quarter of an hour, on the clocks of the event' })
    await expect.poll(async () => (await flow.textContent()) ?? '').toMatch(/\d\d:(00|15|30|45): \d/)
    expect(await page.evaluate('window.neverReloaded')).toBe(true)
  })

  test('is told of a conflict with both gates and times, and settles it', async () => {
    const { page } = host
    const cleo = guests[2] as PassHolder
    await late(north, cleo, 2, '2026-06-20T17:05:00.000Z')
    await late(south, cleo, 2, '2026-06-20T17:20:00.000Z')
    const conflicts = region('One arrival needs a look')
    await conflicts.getByText('Cleo Vance').waitFor()
    await region('Still missing').getByText('One person of one party').waitFor()
    await conflicts.getByText('Let in at two gates that did not know of each other. Counted once.').waitFor()
    // On the clocks of Zurich.
    await conflicts.getByText(/^North, 20 Jun( \d{4})?, 19:05: 2 people$/).waitFor()
    await conflicts.getByText(/^South, 20 Jun( \d{4})?, 19:20: 2 people$/).waitFor()
    expect((await way.arrivals()).arrived).toBe(5)
    expect(await faultsOf(page, host.trouble)).toEqual([])

    await conflicts.getByRole('button', { name: 'Take back the arrival of Cleo Vance at South' }).click()
    const dialog = page.getByRole('dialog', { name: 'Take this arrival back?' })
    await dialog.getByRole('button', { name: 'Take back' }).click()
    await region('Arrivals that needed a look').getByText('settled').waitFor()
    expect((await way.arrivals()).arrived).toBe(5)
  })

  test('has the arrivals on the overview live on the day of the event, as a number after it, and not before', async () => {
    const { context } = host
    for (const [day, live, total] of [
      [-1, 0, 0],
      [0, 1, 0],
      [1, 0, 1],
    ] as const) {
      const page = await context.newPage()
      await page.clock.setFixedTime(new Date(Date.parse(EVENT_DATE) + day * DAY))
      await tab(page, '')
      await page.getByRole('heading', { name: 'Night at the museum' }).waitFor()
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
      const toDoor = page.getByRole('link', { name: 'To the door' })
      if (live === 1) await toDoor.waitFor()
      expect(await toDoor.count(), `day ${String(day)}`).toBe(live)
      const arrived = page.getByRole('definition').filter({ hasText: /^of \d+ expected$/ })
      expect(await arrived.count(), `day ${String(day)}`).toBe(total)
      await page.close()
    }
  })

  test('lets the gates add guests only where walk-ins are taken', async () => {
    const { page } = host
    const body = () => north.scan({ name: 'Walter Walkin', arrivalCount: 2 })
    expect((await north.post<{ code: string }>('walk-in', body())).body.code).toBe('walk_ins_off')
    await tab(page)
    await page.getByLabel('Take walk-ins').check()
    await expect.poll(async () => (await north.post('walk-in', body())).status).toBe(200)
    await page.getByText('of 8 expected').waitFor()
    await page.reload()
    expect(await page.getByLabel('Take walk-ins').isChecked()).toBe(true)
  })
})
