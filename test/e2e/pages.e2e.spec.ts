import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { expectStatus, open } from '../support/party.ts'
import { scan } from './door-stage.ts'
import { inviteTo, type Evening } from './evening.ts'
import { describeScenes, faultsOf } from './scenes.ts'
import { startStage, type Stage } from './stage.ts'
import { visit } from './visitor.ts'

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).first().waitFor()
const linkOf = ({ guests }: Evening, index: number) => `/r/${guests[index]?.token ?? ''}`
const openEnvelope = (page: Page) => page.getByRole('button', { name: /^Open the invitation/ }).click()

describeScenes('the pages of visitors, guests and the door', {
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
  'a stopped guest who enters the wrong code': {
    who: 'a stranger',
    show: async (page, { host, stage }) => {
      const { eventId, guest } = await inviteTo(host, {}, 'published', 'ada@example.org')
      const policy = { high: false, blocked: true }
      const put = { json: policy }
      expectStatus(await host.client.request('PUT', `/api/events/${eventId}/security/step-up`, put), 200)
      expectStatus(await open(stage.client(), guest.token, { platform: 'iPhone' }), 200)
      await page.goto(`/r/${guest.token}`)
      await openEnvelope(page)
      await page.getByRole('button', { name: 'Send me a code' }).click()
      await page.getByLabel('Six\u2011digit code').fill('000000')
      await page.getByRole('button', { name: 'Open the invitation', exact: true }).click()
      await page.getByText('That is not the code.').waitFor()
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
      await page.getByRole('button', { name: 'Type code' }).click()
      await page.getByLabel('Code of the pass').fill(passCode)
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await page.getByRole('button', { name: 'Let in 2' }).waitFor()
    },
  },
  'the state of a scanner, bright for the sun': {
    who: 'anybody',
    show: async (page, { ticket }) => {
      await page.goto(`/scan#${ticket}`)
      await page.getByText(/^12 guests as of/).waitFor()
      await page.getByRole('button', { name: 'State of this device' }).click()
      await page.getByRole('button', { name: 'Bright, for sunlight' }).click()
      await page.getByRole('button', { name: 'Dark, for the night' }).waitFor()
    },
  },
  'a scan that is refused, bright for the sun': {
    who: 'anybody',
    show: async (page, { ticket }) => {
      await page.goto(`/scan#${ticket}`)
      await page.getByText(/^12 guests as of/).waitFor()
      await page.evaluate("document.documentElement.dataset.theme = 'bright'")
      await scan(page, 'https://example.org/not-a-pass')
      await page.getByRole('alert').getByText('This is not a pass of ours.').waitFor()
    },
  },
  'finding a guest by name at the door': {
    who: 'anybody',
    show: async (page, { ticket }) => {
      await page.goto(`/scan#${ticket}`)
      await page.getByRole('button', { name: 'Find name' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill('lovelace')
      await page.getByRole('button', { name: /Ada Lovelace/ }).waitFor()
    },
  },
})

describeInBrowser('the look at a page', (browser, test) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(async () => {
    await stage.stop()
  })

  test('notices a broken policy, an error, a request to somebody else, a missing text and a wide page', async () => {
    const { context, page, trouble } = await visit(browser(), stage, { width: 390 })
    await page.goto('/login')
    await heading(page, 'Welcome back')
    await page.evaluate(`(() => {
      const wide = document.createElement('img')
      wide.style.minWidth = '500px'
      wide.src = '/favicon.svg'
      document.querySelector('main').append(wide)
      setTimeout(() => { throw new Error('thrown by the test') })
      void fetch('https://elsewhere.invalid/').catch(() => {})
    })()`)
    await expect.poll(() => trouble.length).toBeGreaterThan(1)
    const faults = (await faultsOf(page, trouble)).join('\n')
    expect(faults).toContain('thrown by the test')
    expect(faults).toContain('Content Security Policy')
    expect(faults).toContain('image-alt: <img')
    expect(faults).toMatch(/\d+ px have to be scrolled to sideways/)
    await page.goto(stage.url.replace('localhost', '127.0.0.1'))
    expect(trouble.join('\n')).toContain('asked http://127.0.0.1')
    await context.close()
  })
})
