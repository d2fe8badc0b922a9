import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { DAY } from '../../src/kernel/time.ts'
import { expectStatus, open, PASSWORD } from '../support/party.ts'
import { EVENT_DATE } from './evening.ts'
import { describeEvening } from './on-stage.ts'
import { tooWideIn } from './scenes.ts'

/** Presses a key until the element has the focus; a page that never gives it the focus fails the test. */
async function walkTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.first().waitFor()
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await target.and(page.locator(':focus')).count()) > 0) return
    await page.keyboard.press(key)
  }
  throw new Error(`the keyboard does not reach ${String(target)}`)
}

async function press(page: Page, target: Locator): Promise<void> {
  await walkTo(page, target)
  await page.keyboard.press('Enter')
}

describeEvening('the dashboard', ({ stage, visit, evening, hostAt }, test) => {
  const tab = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Parts of the event' }).getByRole('link', { name })

  test('has every tab in reach of the keyboard, and says which one is shown', async () => {
    const { page, context, trouble } = await hostAt('')
    for (const name of ['Guests', 'Live', 'Security', 'Check-in', 'Overview']) {
      // Every tab starts over: the focus goes to the heading of what is new, behind the tabs.
      await page.keyboard.press('Home')
      await walkTo(page, tab(page, name), 'Shift+Tab')
      await page.keyboard.press('Enter')
      await tab(page, name).and(page.locator('[aria-current=page]')).waitFor()
    }
    expect(trouble).toEqual([])
    await context.close()
  })

  test('shows every tab in full on a phone', async () => {
    const { page, context } = await hostAt('', { width: 390 })
    const inSight = async (name: string) => {
      const box = await tab(page, name).boundingBox()
      return box !== null && box.x >= 0 && box.x + box.width < 391
    }
    for (const name of ['Overview', 'Guests', 'Live', 'Security', 'Check-in']) {
      expect(await inSight(name), name).toBe(true)
    }
    await context.close()
  })

  test('opens, fills in and leaves every dialog of the guests by keyboard, and gives the focus back', async () => {
    const { page, context, trouble } = await hostAt('/guests')
    const leave = async (name: string) => {
      const button = page.getByRole('button', { name, exact: true })
      await press(page, button)
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await button.and(page.locator(':focus')).waitFor()
    }
    await leave('Import CSV')
    await leave('Add a guest')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add a guest' })
    await walkTo(page, dialog.getByLabel('Name'))
    await page.keyboard.type('Maria Agnesi')
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /Maria Agnesi/ }).waitFor()
    await leave('Send invitations')

    await press(page, page.getByRole('button', { name: 'Actions for Maria Agnesi' }))
    const menu = page.getByRole('menu')
    await walkTo(page, menu.getByRole('menuitem', { name: 'Remove' }), 'ArrowDown')
    await page.keyboard.press('Enter')
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Remove' }))
    await page.getByRole('row', { name: /Maria Agnesi/ }).waitFor({ state: 'detached' })
    expect(trouble).toEqual([])
    await context.close()
  })

  test('lets the keyboard create an event, change it and skip the head of the page', async () => {
    const { page, context, trouble } = await hostAt('')
    await page.goto('/events')
    await page.getByRole('heading', { name: 'Your events' }).waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Skip to the content' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    await press(page, page.getByRole('button', { name: 'Create an event' }))
    const dialog = page.getByRole('dialog')
    await walkTo(page, dialog.getByLabel('Name', { exact: true }))
    await page.keyboard.type('Winter dinner')
    await walkTo(page, dialog.getByLabel('Date and time'))
    // Day, month, year, hour, minute and perhaps half of the day, in whichever order the browser has them.
    for (let part = 0; part < 6; part += 1) {
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('ArrowRight')
    }
    await press(page, dialog.getByRole('button', { name: 'Create the event' }))
    await page.getByRole('heading', { level: 1, name: 'Winter dinner' }).waitFor()
    await press(page, page.getByRole('button', { name: 'Edit' }))
    await walkTo(page, page.getByRole('dialog').getByLabel('Venue'))
    await page.keyboard.type('Ice house')
    await page.keyboard.press('Enter')
    await page.getByRole('definition').filter({ hasText: 'Ice house' }).waitFor()
    expect(trouble).toEqual([])
    await context.close()
  })

  for (const width of [390, 1440] as const) {
    test(`warns of a time that has passed, and takes it, ${String(width)} px wide`, async () => {
      const { page, context, trouble } = await hostAt('', { width })
      await page.goto('/events')
      await page.getByRole('button', { name: 'Create an event' }).first().click()
      const form = page.getByRole('dialog')
      await form.getByLabel('Name', { exact: true }).fill('A slip of the year')
      await form.getByLabel('Date and time').fill('2024-06-20T19:30')
      await form.getByText('This time has already passed.').waitFor()
      await form.getByLabel('Date and time').fill(EVENT_DATE.slice(0, 16))
      await form.getByText('This time has already passed.').waitFor({ state: 'detached' })
      await form.getByLabel('Date and time').fill('2024-06-20T19:30')
      await form.getByRole('button', { name: 'Create the event' }).click()

      await page.getByRole('heading', { level: 1, name: 'A slip of the year' }).waitFor()
      await page.getByRole('button', { name: 'Publish', exact: true }).click()
      const publish = page.getByRole('dialog', { name: 'Publish A slip of the year?' })
      await publish.getByText('The time of this event has already passed.').waitFor()
      expect(await tooWideIn(page)).toEqual([])
      await publish.getByRole('button', { name: 'Publish' }).click()
      await page.getByText('A slip of the year is published.').waitFor()
      expect(trouble).toEqual([])
      await context.close()
    })
  }

  test('has every time of an event on its clocks, also for a host elsewhere', async () => {
    const { page, context, trouble } = await hostAt('/live', { timezone: 'America/New_York' })
    const inZurich = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Zurich' })
    const allAreOfZurich = async (scope: Locator) => {
      const times = await scope.locator('time').all()
      expect(times.length).toBeGreaterThan(1)
      let rest = (await scope.textContent()) ?? ''
      for (const time of times) {
        const shown = (await time.textContent()) ?? ''
        rest = rest.replace(shown, '')
        expect(shown).toContain(inZurich.format(new Date((await time.getAttribute('datetime')) ?? '')))
        expect(await time.getAttribute('title')).toMatch(/Central European (Summer|Standard) Time$/)
      }
      expect(rest).not.toMatch(/\b\d\d:\d\d\b/)
    }
    const main = page.getByRole('main')
    await main.getByText(/^Times here are local to the event, now \d\d:\d\d\.$/).waitFor()
    await main.getByText('Ada Lovelace').first().waitFor()
    await allAreOfZurich(main)

    await tab(page, 'Security').click()
    await main.getByRole('list', { name: 'Waiting for your verdict' }).waitFor()
    await main.getByRole('button', { name: 'It was them' }).first().click()
    await main.getByText(/Legitimate, said by you/).waitFor()
    await allAreOfZurich(main)

    await tab(page, 'Check-in').click()
    for (const choice of ['Just one', 'All 2 still expected']) {
      await main.getByLabel('Code of the pass').fill(evening().passCode)
      await main.getByRole('button', { name: 'Check', exact: true }).click()
      await main.getByRole('button', { name: choice }).waitFor()
      await allAreOfZurich(main)
      await main.getByRole('button', { name: 'Just one' }).click()
      await main.getByRole('button', { name: 'Next guest' }).waitFor()
      await allAreOfZurich(main)
      await page.reload() // the desk would show the same code again, as it was
    }
    await main.getByText(/Last arrival/).waitFor()
    await allAreOfZurich(main)

    await page.goto(`/events/${evening().eventId}/guests/${evening().guests[5]?.id ?? ''}`)
    const drawer = page.getByRole('dialog', { name: 'Hypatia of Alexandria' })
    await drawer.getByText('opened the invitation').first().waitFor()
    await allAreOfZurich(drawer)
    expect(trouble).toEqual([])
    await context.close()
  })

  test('catches up after the server was away: what was missed shows once, by itself', async () => {
    const { page, context } = await hostAt('/live')
    const rows = page.getByRole('list', { name: 'Activity, newest first' }).getByRole('listitem')
    const badge = (word: string) => page.getByRole('status').filter({ hasText: word })
    await badge('Live').waitFor()
    const before = await rows.count()
    const [, , , , , , seventh, eighth] = evening().guests

    await stage().goDown()
    await badge('Reconnecting…').waitFor()
    await stage().meanwhile(async (client) => expectStatus(await open(client, seventh?.token ?? ''), 200))
    await stage().comeBack()
    await badge('Live').waitFor()
    await rows.filter({ hasText: 'Evariste Galois opened the invitation' }).waitFor()
    expectStatus(await open(stage().client(), eighth?.token ?? ''), 200)
    await rows.filter({ hasText: 'Emmy Noether opened the invitation' }).waitFor()
    expect(await rows.count()).toBe(before + 2)
    await context.close()
  })

  test('tells on the overview and at the check-in that the server does not answer, and mixes no figures', async () => {
    const { page, context } = await hostAt('')
    await page.getByText('Answered').waitFor()
    await tab(page, 'Check-in').click()
    const away = page.getByText(
      'The server does not answer. What is shown here may be old; it follows by itself.',
    )
    const badge = (word: string) => page.getByRole('status').filter({ hasText: word })
    await badge('Live').waitFor()
    expect(await away.count()).toBe(0)

    await stage().goDown()
    await badge('Reconnecting…').waitFor()
    await away.waitFor()
    await tab(page, 'Overview').click()
    await badge('Reconnecting…').waitFor()
    await away.waitFor()
    const heading = page.getByRole('heading', { name: 'From invitation to arrival' })
    const funnel = page.locator('section').filter({ has: heading }).last()
    await funnel.getByRole('alert').waitFor()
    expect(await funnel.getByRole('term').count()).toBe(0)

    await stage().comeBack()
    await badge('Live').waitFor()
    await funnel.getByText('Answered').waitFor()
    await away.waitFor({ state: 'detached' })
    await context.close()
  })

  test('says in a whole sentence what is wrong with a field', async () => {
    const { page, context } = await visit()
    await page.goto('/register')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Create the account' }).click()
    await page.getByText('E-mail is missing.').waitFor()
    await page.getByLabel('E-mail').fill('new@example.org')
    await page.getByRole('button', { name: 'Create the account' }).click()
    await page.getByText('Password has fewer than 10 characters.').waitFor()
    await context.close()
  })

  test('knows a host also at an address where there is nothing', async () => {
    const { page, context } = await hostAt('')
    await page.goto('/nothing/here')
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(await page.getByRole('link', { name: 'Create an account' }).count()).toBe(0)
    await context.close()
  })

  // The last: it puts the clock of the server forward for everybody.
  test('asks a host whose session ran out to sign in again, and goes on where they were', async () => {
    const { page, context } = await hostAt('/guests')
    await page.getByRole('row', { name: /Ada Lovelace/ }).waitFor()
    stage().clock.advance(8 * DAY)
    await page.getByRole('searchbox', { name: 'Search' }).fill('Grace')
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await page.getByText('You have been signed out. Sign in to go on.').waitFor()
    await page.getByLabel('E-mail').fill(evening().host.email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('row', { name: /Grace Hopper/ }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/events/${evening().eventId}/guests`)
    await context.close()
  })
})
