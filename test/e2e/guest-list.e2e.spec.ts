import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { describeEvening } from './on-stage.ts'
import { tooWideIn } from './scenes.ts'

describeEvening('the guest list of a host', ({ evening, hostAt }, test) => {
  const searchBox = (page: Page) => page.getByRole('searchbox', { name: 'Search' })

  test('keeps the search and everything else on the page when nobody matches', async () => {
    const { page, context, trouble } = await hostAt('/guests')
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
    const { page, context, trouble } = await hostAt('/guests', { width: 390 })
    await page.goto(`/events/${evening().eventId}/guests/${evening().guests[3]?.id ?? ''}`)
    const kowalewskaja = page.getByRole('dialog', { name: /^Sofja/ })
    const fact = (name: string) => page.getByRole('term').filter({ hasText: name }).locator('xpath=../dd')
    await kowalewskaja.waitFor()
    await fact('Note for you').getByText('I may be in Stockholm.').waitFor()
    await page.goto(`/events/${evening().eventId}/guests/${evening().guests[0]?.id ?? ''}`)
    await page.getByRole('dialog', { name: 'Ada Lovelace' }).waitFor()
    await fact('Brings').getByText('Charles Babbage').waitFor()

    await page.goto(`/events/${evening().eventId}/live`)
    const row = (name: string) => page.getByRole('article').filter({ hasText: name })
    await row('Sofja').getByText('I may be in Stockholm.').waitFor()
    await row('Ada Lovelace accepted').getByText('Brings Charles Babbage').waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })

  test('says on a phone who has arrived, and shows only those when asked', async () => {
    const { page, context, trouble } = await hostAt('/guests', { width: 390 })
    const ada = page.getByRole('listitem').filter({ hasText: 'Ada Lovelace' })
    await ada.getByText('Arrived: 2 of 2').waitFor()
    await page.getByLabel('Arrival').selectOption('Arrived')
    await page.getByRole('listitem').filter({ hasText: 'Grace Hopper' }).waitFor({ state: 'detached' })
    await ada.waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })

  test('fits into windows of every width, with nothing cut off and its words on one line', async () => {
    const { page, context, trouble } = await hostAt('/guests')
    for (const width of [390, 640, 768, 1024, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      const list = page.getByRole(width < 768 ? 'listitem' : 'row')
      const ada = list.filter({ hasText: 'Ada Lovelace' })
      await ada.waitFor()
      expect(await tooWideIn(page), `${String(width)} px`).toEqual([])
      for (const channel of await list.getByText('by e-mail').all()) {
        // One line is 20 px high.
        expect((await channel.boundingBox())?.height, `${String(width)} px`).toBeLessThan(24)
      }
      await ada.getByRole('button', { name: 'Actions for Ada Lovelace' }).click()
      await page.getByRole('menuitem', { name: 'Copy the link' }).waitFor()
      expect(await tooWideIn(page), `the menu at ${String(width)} px`).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('menu').waitFor({ state: 'detached' })
    }
    expect(trouble).toEqual([])
    await context.close()
  })

  for (const width of [390, 1440] as const) {
    const name = width === 390 ? 'Mary Cartwright' : 'Emmy Noether'
    test(`offers to send a new link, and says while that is not done, ${String(width)} px wide`, async () => {
      const { page, context, trouble } = await hostAt('/guests', { width })
      const guest = page.getByRole(width === 390 ? 'listitem' : 'row').filter({ hasText: name })
      const issue = async () => {
        await guest.getByRole('button', { name: `Actions for ${name}` }).click()
        await page.getByRole('menuitem', { name: 'Issue a new link' }).click()
        await page.getByRole('button', { name: 'Issue a new link' }).click()
        return page.getByRole('dialog', { name: `New link of ${name}` })
      }
      await (await issue()).getByRole('button', { name: 'Close' }).click()
      await guest.getByText('New link since').waitFor()

      const dialog = await issue()
      await dialog.getByRole('button', { name: 'Send it by e-mail' }).waitFor()
      expect(await tooWideIn(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Send it by e-mail' }).click()
      await page.getByText(`The new link of ${name} is on its way.`).waitFor()
      await guest.getByText('New link since').waitFor({ state: 'detached' })
      await guest.getByText('by e-mail').waitFor()
      expect(trouble).toEqual([])
      await context.close()
    })
  }

  test('says who has the address already that is typed for another guest', async () => {
    const { page, context, trouble } = await hostAt('/guests', { width: 390 })
    await page.getByRole('button', { name: 'Add a guest' }).click()
    const email = page.getByRole('dialog').getByLabel('E-mail')
    const hint = page.getByText('Grace Hopper on the list has this address, too.')
    await email.fill('GRACE.Hopper@example.org')
    await hint.waitFor()
    expect(await tooWideIn(page)).toEqual([])
    await email.fill('grace.hopper@example.com')
    await hint.waitFor({ state: 'detached' })
    expect(trouble).toEqual([])
    await context.close()
  })

  test('says before it sends whom an invitation does not reach, by either way', async () => {
    const { page, context, trouble } = await hostAt('/guests')
    await page.getByLabel('Select Ada Lovelace').check()
    await page.getByRole('button', { name: 'Invite 1 selected' }).click()
    const dialog = page.getByRole('dialog', { name: 'Send invitations' })
    await dialog.getByText('To 1 of the 1 you selected.').waitFor()
    await dialog.getByRole('button', { name: 'Send to 1 person' }).waitFor()
    await dialog.getByText('SMS').click()
    await dialog.getByText('To 0 of the 1 you selected.').waitFor()
    await dialog.getByRole('listitem').getByText('There is no phone number.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Send to 0 people' }).isDisabled()).toBe(true)
    expect(trouble).toEqual([])
    await context.close()
  })

  test('tells walk-ins from who was on the list, and shows everybody again', async () => {
    const { page, context, trouble } = await hostAt('/guests')
    const ada = page.getByRole('row', { name: /Ada Lovelace/ })
    await ada.waitFor()
    await page.getByLabel('Walk-ins').selectOption('Added at the door')
    await page.getByText('No guest matches').waitFor()
    await page.getByLabel('Walk-ins').selectOption('Not added at the door')
    await ada.waitFor()
    await page.reload()
    expect(await page.getByLabel('Walk-ins').inputValue()).toBe('false')
    await page.getByLabel('Walk-ins').selectOption('Added at the door')
    await page.getByRole('button', { name: 'Clear' }).click()
    await ada.waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })
})
