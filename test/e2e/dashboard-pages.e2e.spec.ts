import type { Page } from 'playwright-core'
import type { Evening } from './evening.ts'
import { describeScenes } from './scenes.ts'

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor()

async function showTab(page: Page, { eventId }: Evening, tab: string): Promise<void> {
  await page.goto(`/events/${eventId}${tab}`)
  await heading(page, 'Summer dinner in the orangery')
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
}

async function showDialog(page: Page, evening: Evening, tab: string, button: string): Promise<void> {
  await showTab(page, evening, tab)
  await page.getByRole('button', { name: button }).first().click()
  await page.getByRole('dialog').waitFor()
}

describeScenes('the dashboard', {
  'the list of events': {
    who: 'the host',
    show: (page) => page.goto('/events').then(() => heading(page, 'Summer dinner')),
  },
  'the overview of an event': { who: 'the host', show: (page, evening) => showTab(page, evening, '') },
  'the guest list': { who: 'the host', show: (page, evening) => showTab(page, evening, '/guests') },
  'the details of a guest': {
    who: 'the host',
    show: async (page, evening) => {
      await page.goto(`/events/${evening.eventId}/guests/${evening.guests[5]?.id ?? ''}`)
      await page.getByRole('dialog', { name: 'Hypatia of Alexandria' }).getByText('Blocked').first().waitFor()
    },
  },
  'the menu of a guest': {
    who: 'the host',
    show: async (page, evening) => {
      await showTab(page, evening, '/guests')
      await page.getByRole('button', { name: 'Actions for Ada Lovelace' }).click()
      await page.getByRole('menuitem', { name: 'Issue a new link' }).waitFor()
    },
    // It covers parts of the buttons below it for as long as it is open.
    part: '[role=menu]',
  },
  'adding a guest': {
    who: 'the host',
    show: async (page, evening) => {
      await showDialog(page, evening, '/guests', 'Add a guest')
      await page.getByRole('button', { name: 'Add the guest' }).click()
      await page.getByText('Give the guest a name.').waitFor()
    },
  },
  'the report of an import': {
    who: 'the host',
    show: async (page, evening) => {
      await showDialog(page, evening, '/guests', 'Import CSV')
      const buffer = Buffer.from('name,email\nMax,\nEva,not an address\n')
      await page.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer })
      await page.getByRole('row', { name: '3 email not an address is not an e-mail address' }).waitFor()
    },
  },
  'sending invitations': {
    who: 'the host',
    show: (page, evening) => showDialog(page, evening, '/guests', 'Send invitations'),
  },
  'changing an event': { who: 'the host', show: (page, evening) => showDialog(page, evening, '', 'Edit') },
  'the live monitor': {
    who: 'the host',
    show: async (page, evening) => {
      await showTab(page, evening, '/live')
      await page.getByText('How the score came about').first().click()
    },
  },
  'the security of an event': {
    who: 'the host',
    show: (page, evening) => showTab(page, evening, '/security'),
  },
  'the check-in tab': {
    who: 'the host',
    show: async (page, evening) => {
      await showTab(page, evening, '/check-in')
      await page.getByLabel('Code of the pass').fill(evening.passCode)
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await page.getByRole('button', { name: 'Whole party of 3' }).waitFor()
      await page.getByRole('button', { name: 'Show the code', exact: true }).click()
      await page.getByRole('img', { name: 'Code that opens the scanner' }).waitFor()
    },
  },
  'the outbox': {
    who: 'the host',
    show: async (page) => {
      await page.goto('/outbox')
      await page.getByRole('button', { name: 'ada.lovelace@example.org' }).first().click()
      await page.getByRole('article').waitFor()
    },
  },
  'a page that does not exist': {
    who: 'the host',
    show: (page) => page.goto('/events/new').then(() => heading(page, 'There is nothing here')),
  },
})
