import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { FAR_AWAY, inviteTo, startEvening, type Evening } from './evening.ts'
import { expectStatus, open } from '../support/party.ts'
import { startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor } from './visitor.ts'

/** WCAG 2.2 AA; axe leaves the rules of 2.2 out unless they are asked for. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface Scene {
  readonly who: 'anybody' | 'the host' | 'a stranger'
  /** Opens the page and waits until it shows what the scene is about. */
  readonly show: (page: Page, evening: Evening & { stage: Stage }) => Promise<unknown>
  /** Where to look, in place of the whole page. */
  readonly part?: string
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor()
const linkOf = ({ guests }: Evening, index: number) => `/r/${guests[index]?.token ?? ''}`
const openEnvelope = (page: Page) => page.getByRole('button', { name: /^Open the invitation/ }).click()

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

async function lookUp(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code of the pass').fill(code)
  await page.getByRole('button', { name: 'Check', exact: true }).click()
}

const scenes: Readonly<Record<string, Scene>> = {
  'the landing page': {
    who: 'anybody',
    show: async (page) => {
      await page.goto('/')
      await heading(page, /./)
    },
  },
  'signing in': {
    who: 'anybody',
    show: (page) => page.goto('/login').then(() => heading(page, 'Welcome back')),
  },
  registering: {
    who: 'anybody',
    show: async (page) => {
      await page.goto('/register')
      await page.getByRole('button', { name: 'Create the account' }).click()
      await page.locator('[aria-invalid=true]').first().waitFor()
    },
  },
  'asking for a new password': {
    who: 'anybody',
    show: (page) => page.goto('/reset').then(() => heading(page, 'Reset your password')),
  },
  'choosing a new password': {
    who: 'anybody',
    show: (page) => page.goto('/reset#a.b.c').then(() => heading(page, 'Choose a new password')),
  },
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
      const buffer = Buffer.from('name,email\nMax,max@example.org\nEva,not an address\n')
      await page.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer })
      await page.getByRole('cell', { name: 'is not an e-mail address' }).waitFor()
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
      await lookUp(page, evening.passCode)
      await page.getByRole('button', { name: 'Whole party of 3' }).waitFor()
      await page.getByRole('button', { name: 'Show the code' }).click()
      await page.getByRole('img', { name: 'Code that opens the door page' }).waitFor()
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
    show: (page) => page.goto('/events/nowhere/at/all').then(() => heading(page, 'There is nothing here')),
  },
  'a sealed invitation': {
    who: 'anybody',
    show: (page, evening) =>
      page.goto(linkOf(evening, 9)).then(() => page.getByText('Tap to open').waitFor()),
  },
  'an open invitation': {
    who: 'anybody',
    show: async (page, evening) => {
      await page.goto(linkOf(evening, 10))
      await openEnvelope(page)
      await page.getByText('I will be there').click()
      await page.getByRole('button', { name: 'One person more' }).click()
      await page.getByLabel('Name of your guest').waitFor()
    },
  },
  'the pass of a guest': {
    who: 'anybody',
    show: async (page, evening) => {
      await page.goto(linkOf(evening, 1))
      await openEnvelope(page)
      await page.getByRole('img', { name: 'Entry pass as a QR code' }).waitFor()
    },
  },
  'a guest who was stopped': {
    who: 'a stranger',
    show: async (page, { host, stage }) => {
      const { guest } = await inviteTo(host)
      expectStatus(await open(stage.client(), guest.token, { platform: 'iPhone' }), 200)
      await page.goto(`/r/${guest.token}`)
      await openEnvelope(page)
      await heading(page, 'We could not open this invitation')
    },
  },
  'a link that leads nowhere': {
    who: 'anybody',
    show: (page) => page.goto('/r/not-a-link').then(() => heading(page, 'This link leads nowhere')),
  },
  'the door without a ticket': {
    who: 'anybody',
    show: (page) => page.goto('/scan').then(() => heading(page, 'This page needs a door ticket')),
  },
  'a party at the door': {
    who: 'anybody',
    show: async (page, { ticket, passCode }) => {
      await page.goto(`/scan#${ticket}`)
      await lookUp(page, passCode)
      await page.getByRole('button', { name: 'Let in 2' }).waitFor()
    },
  },
}

describeInBrowser('every page', (browser, test) => {
  let stage: Stage
  let evening: Evening
  const visitors = new Map<string, Promise<Visitor>>()

  beforeAll(async () => {
    stage = await startStage()
    evening = await startEvening(stage)
  })
  afterAll(async () => {
    await stage.stop()
  })

  /** One browser for each who and width: what it has loaded once it need not load again. */
  function visitorFor(who: Scene['who'], width: 390 | 1440): Promise<Visitor> {
    const key = `${who} ${String(width)}`
    const known = visitors.get(key) ?? arrive(who, width)
    visitors.set(key, known)
    return known
  }

  async function arrive(who: Scene['who'], width: 390 | 1440): Promise<Visitor> {
    const visitor = await visit(browser(), stage, who === 'a stranger' ? { width, ip: FAR_AWAY } : { width })
    if (who === 'the host') await signIn(visitor, stage, evening.host.client)
    return visitor
  }

  for (const [name, { who, show, part = 'html' }] of Object.entries(scenes)) {
    for (const width of [390, 1440] as const) {
      test(`${name} is sound and accessible ${String(width)} px wide`, async () => {
        const { context, trouble } = await visitorFor(who, width)
        const before = trouble.length
        const page = await context.newPage()
        await show(page, { ...evening, stage })
        // The mail in a frame is what mail programs can show, not a page of ours.
        const axe = new AxeBuilder({ page }).withTags(WCAG).include(part).exclude('iframe').setLegacyMode()
        const { violations } = await axe.analyze()
        const wider = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        ).toEqual([])
        expect(wider, 'pixels that have to be scrolled to sideways').toBeLessThanOrEqual(0)
        expect(trouble.slice(before)).toEqual([])
        await page.close()
      })
    }
  }

  test('a broken policy, a thrown error and a request to anybody else would be noticed', async () => {
    const { context, page, trouble } = await visit(browser(), stage)
    await page.goto('/login')
    await page.evaluate(`(() => {
      const style = document.createElement('style')
      document.head.append(style)
      setTimeout(() => { throw new Error('thrown') })
      void fetch('https://elsewhere.invalid/').catch(() => {})
    })()`)
    await expect.poll(() => trouble.join('\n')).toMatch(/Content Security Policy/)
    await expect.poll(() => trouble.join('\n')).toMatch(/Error: thrown/)
    await context.close()
  })
})
