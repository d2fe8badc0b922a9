import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { startStage, type Stage } from './stage.ts'
import { visit, type Visitor } from './visitor.ts'

const GUEST_LIST = `Name;E-mail;Plus ones
Ada Lovelace;ada@example.org;1
Grace Hopper;grace@example.org;2
Blaise Pascal;not an address;0
`

const EVENT_DAY = `${String(new Date().getFullYear() + 1)}-06-20`
const SAO_PAULO = '200.144.248.1'
const LINUX_FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** One evening, told in order: each test goes on where the one before it ended. */
describeInBrowser(
  'an event from the first visit to the door',
  (browser, test) => {
    let stage: Stage
    let host: Visitor
    let guest: Visitor
    let stranger: Visitor
    let door: Visitor
    let event = ''
    let link = ''
    let code = ''

    /** The newest row of the monitor, which the host watches without touching the page. */
    const newest = () =>
      host.page.getByRole('list', { name: 'Activity, newest first' }).getByRole('listitem').first()
    const openTab = (name: string) =>
      host.page.getByRole('navigation', { name: 'Parts of the event' }).getByRole('link', { name }).click()

    beforeAll(async () => {
      stage = await startStage()
      host = await visit(browser(), stage, { width: 1440 })
      guest = await visit(browser(), stage, { width: 390, reducedMotion: 'no-preference' })
      const elsewhere = { ip: SAO_PAULO, userAgent: LINUX_FIREFOX, locale: 'pt-BR' }
      stranger = await visit(browser(), stage, { width: 1440, ...elsewhere })
      door = await visit(browser(), stage, { width: 390 })
    })
    afterAll(async () => {
      await stage.stop()
    })

    test('a host registers and creates an event', async () => {
      const { page } = host
      await page.goto('/')
      await page.getByRole('link', { name: 'Create your first event' }).first().click()
      await page.getByLabel('E-mail').fill('ada@host.example')
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
      await page.getByRole('button', { name: 'Create the account' }).click()

      await page.getByRole('button', { name: 'Create an event' }).click()
      const dialog = page.getByRole('dialog', { name: 'Create an event' })
      await dialog.getByLabel('Name', { exact: true }).fill('Summer dinner')
      await dialog.getByLabel('Date and time').fill(`${EVENT_DAY}T19:30`)
      await dialog.getByLabel('Time zone').selectOption('Europe/Zurich')
      await dialog.getByLabel('Venue').fill('Orangery, Zurich')
      await dialog.getByLabel('Seats').fill('40')
      await dialog.getByRole('button', { name: 'Create the event' }).click()

      await page.getByRole('heading', { level: 1, name: 'Summer dinner' }).waitFor()
      event = new URL(page.url()).pathname
    })

    test('the host imports a guest list and reads what is wrong with it before anything goes in', async () => {
      const { page } = host
      await openTab('Guests')
      await page.getByRole('button', { name: 'Import CSV' }).first().click()
      const dialog = page.getByRole('dialog', { name: 'Import guests' })
      const file = { name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from(GUEST_LIST) }
      await dialog.locator('input[type=file]').setInputFiles(file)

      await dialog.getByText('Nothing is imported yet').waitFor()
      const rejected = dialog.getByRole('row', { name: /^4 / })
      expect(await rejected.textContent()).toContain('is not an e-mail address')
      expect(await page.getByText('Nobody is on the list yet').count()).toBe(1)

      await dialog.getByRole('button', { name: 'Import 2 guests' }).click()
      await page
        .getByRole('dialog', { name: 'The import is done' })
        .getByRole('button', { name: 'Done' })
        .click()
      await page.getByRole('row', { name: 'Grace Hopper' }).waitFor()
      expect(await page.getByRole('row', { name: 'Blaise Pascal' }).count()).toBe(0)
    })

    test('the host publishes the event and sends the invitations', async () => {
      const { page } = host
      await openTab('Overview')
      await page.getByRole('button', { name: 'Publish' }).first().click()
      await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
      await page.getByText('Published', { exact: true }).waitFor()

      await openTab('Guests')
      await page.getByRole('button', { name: 'Send invitations' }).click()
      const dialog = page.getByRole('dialog', { name: 'Send invitations' })
      await dialog.getByRole('button', { name: 'Send to 2 people' }).click()
      await dialog.getByText('2 invitations are on their way.').waitFor()
      await dialog.getByRole('button', { name: 'Done' }).click()
    })

    test("a guest's link comes from the mail in the outbox", async () => {
      const { page } = host
      await page.getByRole('link', { name: 'Outbox' }).click()
      const mail = page.getByRole('button', { name: 'ada@example.org' })
      while ((await mail.count()) === 0) {
        await page.getByRole('button', { name: 'Refresh' }).click()
        await page.locator('main [aria-busy]').waitFor({ state: 'detached' })
      }
      await mail.click()
      const href = await page.getByRole('link', { name: /\/r\// }).first().getAttribute('href')
      link = href ?? ''
      expect(link).toMatch(new RegExp(`^${stage.url}/r/[\\w-]{40,}$`))
      await page.frameLocator('iframe').getByText('Summer dinner').first().waitFor()

      await page.goto(`${event}/live`)
      await page.getByText('Quiet so far').waitFor()
      // A page that is loaded again has forgotten this.
      await page.evaluate('window.neverReloaded = true')
    })

    test('the guest opens the sealed invitation, and the host sees it at once', async () => {
      const { page } = guest
      await page.goto(link)
      await page.getByRole('heading', { name: 'Summer dinner' }).waitFor()
      expect(await page.getByText('Ada Lovelace').count()).toBe(0)
      await page.getByRole('button', { name: 'Open the invitation: Summer dinner' }).tap()
      await page.getByText('Dear Ada Lovelace,').waitFor()

      await newest().getByText('Ada Lovelace opened the invitation').waitFor()
      expect(await newest().textContent()).toMatch(/Verified\s*0/)
      expect(await newest().textContent()).toContain('Zurich')
    })

    test('the guest answers for two and gets a pass and a calendar file; the host sees the answer', async () => {
      const { page } = guest
      await page.getByText('I will be there').tap()
      await page.getByRole('button', { name: 'One person more' }).tap()
      await page.getByLabel('Name of your guest').fill('Charles Babbage')
      await page.getByRole('button', { name: 'Send my answer' }).tap()

      await page.getByRole('heading', { name: 'You are on the list, Ada Lovelace' }).waitFor()
      await page.getByRole('img', { name: 'Entry pass as a QR code' }).waitFor()
      code = (await page.locator('.entry-pass .code').textContent()) ?? ''
      expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)

      const downloading = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Add to calendar' }).tap()
      const calendar = await readFile(await (await downloading).path(), 'utf8')
      expect(calendar).toContain('SUMMARY:Summer dinner')
      expect(calendar).toContain(`DTSTART:${EVENT_DAY.replaceAll('-', '')}T173000Z`)

      await newest().getByText('Ada Lovelace accepted, party of 2').waitFor()
    })

    test('a stranger with the same link is stopped calmly, and the host sees why and from where', async () => {
      const { page } = stranger
      await page.goto(link)
      await page.getByRole('button', { name: 'Open the invitation: Summer dinner' }).click()
      await page.getByRole('heading', { name: 'We could not open this invitation' }).waitFor()
      const shown = await page.locator('main').textContent()
      expect(shown).toContain('Tell the host of Summer dinner')
      for (const secret of ['Ada', 'score', 'device', 'network', 'Brazil'])
        expect(shown).not.toContain(secret)

      await newest().getByText('Blocked').first().waitFor()
      const row = await newest().textContent()
      expect(row).toContain('Sao Paulo, BR')
      expect(row).toContain('Opened on a different device than the first time')
      expect(row).toContain('Opened from a different network than the first time')
      expect(row).toMatch(/Zurich.*Sao Paulo/)
      expect(await host.page.evaluate('window.neverReloaded')).toBe(true)
    })

    test('the host checks the party in by the code of the pass, and the arrivals go up', async () => {
      const { page } = host
      await openTab('Check-in')
      await page.getByText('of 2 expected').waitFor()
      await page.getByLabel('Code of the pass').fill(code.toLowerCase())
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
      await page.getByText('With Charles Babbage').waitFor()
      await page.getByRole('button', { name: 'Whole party of 2' }).click()
      await page.getByRole('status').getByText('Admitted').waitFor()
      await page.getByText('1 of 1 party complete').waitFor()
    })

    test('the door page says on a phone that this party is inside already, when and where', async () => {
      await host.page.getByRole('button', { name: 'Show the code', exact: true }).click()
      const ticket = await host.page
        .getByRole('link', { name: 'Open it in this browser' })
        .getAttribute('href')
      expect(ticket).toContain('/scan#')

      const { page } = door
      await page.goto(ticket ?? '')
      await page.getByRole('heading', { name: 'Main entrance' }).waitFor()
      expect(page.url()).toBe(`${stage.url}/scan`)
      await page.getByRole('button', { name: 'Type code' }).tap()
      await page.getByLabel('Code of the pass').fill(code)
      await page.getByRole('button', { name: 'Check' }).tap()

      await page.getByRole('alert').getByText('Already inside').waitFor()
      await page.getByText(/Last arrival: 2 people at \d\d:\d\d, Dashboard/).waitFor()
      expect(await page.getByRole('button', { name: /^(Let them in|Whole party)/ }).count()).toBe(0)
    })

    test('nobody saw an error, a broken policy or a request to anybody else on the way', () => {
      const trouble = [host, guest, stranger, door].map((visitor) => visitor.trouble)
      expect(trouble).toEqual([[], [], [], []])
      return Promise.resolve()
    })
  },
  { story: true },
)
