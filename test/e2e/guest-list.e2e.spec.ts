import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { startEvening, type Evening } from './evening.ts'
import { startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor, type VisitorOptions } from './visitor.ts'

describeInBrowser('the guest list of a host', (browser, test) => {
  let stage: Stage
  let evening: Evening

  beforeAll(async () => {
    stage = await startStage()
    evening = await startEvening(stage)
  })
  afterAll(async () => {
    await stage.stop()
  })

  async function hostAt(path: string, options: VisitorOptions = {}): Promise<Visitor> {
    const host = await visit(browser(), stage, options)
    await signIn(host, stage, evening.host.client)
    await host.page.goto(`/events/${evening.eventId}/guests${path}`)
    await host.page.getByRole('heading', { level: 1, name: 'Summer dinner in the orangery' }).waitFor()
    return host
  }

  const searchBox = (page: Page) => page.getByRole('searchbox', { name: 'Search' })

  test('keeps the search and everything else on the page when nobody matches', async () => {
    const { page, context, trouble } = await hostAt('')
    await searchBox(page).fill('zzz')
    await page.getByText('No guest matches').waitFor()
    await page.getByRole('button', { name: 'Send invitations' }).waitFor()
    expect(await page.getByText('Nobody is on the list yet').count()).toBe(0)
    await searchBox(page).fill('Grace')
    await page.getByRole('row', { name: /Grace Hopper/ }).waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })

  test('shows what a guest wrote with the answer, and whom they bring, to the host', async () => {
    const { page, context, trouble } = await hostAt('', { width: 390 })
    await page.goto(`/events/${evening.eventId}/guests/${evening.guests[3]?.id ?? ''}`)
    const kowalewskaja = page.getByRole('dialog', { name: /^Sofja/ })
    const fact = (name: string) => page.getByRole('term').filter({ hasText: name }).locator('xpath=../dd')
    await kowalewskaja.waitFor()
    await fact('Note for you').getByText('I may be in Stockholm.').waitFor()
    await page.goto(`/events/${evening.eventId}/guests/${evening.guests[0]?.id ?? ''}`)
    await page.getByRole('dialog', { name: 'Ada Lovelace' }).waitFor()
    await fact('Brings').getByText('Charles Babbage').waitFor()

    await page.goto(`/events/${evening.eventId}/live`)
    const row = (name: string) => page.getByRole('article').filter({ hasText: name })
    await row('Sofja').getByText('I may be in Stockholm.').waitFor()
    await row('Ada Lovelace accepted').getByText('Brings Charles Babbage').waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })

  test('says on a phone who has arrived, and shows only those when asked', async () => {
    const { page, context, trouble } = await hostAt('', { width: 390 })
    const ada = page.getByRole('listitem').filter({ hasText: 'Ada Lovelace' })
    await ada.getByText('Arrived: 2 of 2').waitFor()
    await page.getByLabel('Arrival').selectOption('Arrived')
    await page.getByRole('listitem').filter({ hasText: 'Grace Hopper' }).waitFor({ state: 'detached' })
    await ada.waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })
})
