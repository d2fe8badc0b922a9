import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { FeedbackItem } from '../../src/contracts/security.ts'
import { describeInBrowser } from '../support/browser.ts'
import { addGuest, createEvent, expectStatus, open, register, type TestHost } from '../support/party.ts'
import { EVENT_DATE, FAR_AWAY } from './evening.ts'
import { HOME, startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor } from './visitor.ts'

const rowsOf = (page: Page) =>
  page.getByRole('list', { name: 'Waiting for your verdict' }).getByRole('listitem')
const wait = (page: Page, count: number) =>
  page
    .getByRole('heading', {
      name: new RegExp(`^${count === 0 ? 'No' : String(count)} openings? waits? for your verdict`),
    })
    .waitFor()
const ofGuest = (page: Page, name: string) => rowsOf(page).filter({ hasText: name })
const wasThem = (row: Locator) => row.getByRole('button', { name: 'It was them' })

/** As a hand does it that trembles: the second press lands where the first did, whatever is there by then. */
async function pressTwice({ page, context }: Visitor, target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded()
  const box = await target.boundingBox()
  if (box === null) throw new Error('nothing to press')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const touch = (await page.evaluate('navigator.maxTouchPoints')) !== 0
  const devtools = await context.newCDPSession(page)
  for (const clickCount of [1, 2]) {
    if (touch) await page.touchscreen.tap(x, y)
    else {
      for (const type of ['mousePressed', 'mouseReleased'] as const) {
        await devtools.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount })
      }
    }
    // A hand needs longer for the second press than the page for a frame.
    await page.evaluate('new Promise(requestAnimationFrame)')
  }
}

describeInBrowser('the inbox of the Security tab', (browser, test) => {
  let stage: Stage

  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(async () => {
    await stage.stop()
  })

  async function inboxOf(names: readonly string[], width: 390 | 1440) {
    const host = await register(stage)
    const { id } = await createEvent(host, { name: 'Chamber concert', eventDate: EVENT_DATE })
    const strangerAs = async (name: string) => {
      const { token } = await addGuest(host, id, { name })
      expectStatus(await open(stage.client(HOME), token, { platform: 'iPhone', touch: '5' }), 200)
      expectStatus(await open(stage.client(FAR_AWAY), token, { platform: 'Win32', touch: '0' }), 403)
    }
    for (const name of names) await strangerAs(name)
    const visitor = await visit(browser(), stage, { width })
    await signIn(visitor, stage, host.client)
    await visitor.page.goto(`/events/${id}/security`)
    await wait(visitor.page, names.length)
    return { visitor, page: visitor.page, strangerAs, verdicts: () => verdictsOf(host, id) }
  }

  async function verdictsOf({ client }: TestHost, id: string) {
    const answer = await client.get<{ items: FeedbackItem[] }>(`/api/events/${id}/security/feedback`)
    return expectStatus(answer, 200).items.map(({ verdict }) => verdict)
  }

  for (const width of [390, 1440] as const) {
    test(`judges one opening where it is pressed twice, ${String(width)} px wide`, async () => {
      const { visitor, page, verdicts } = await inboxOf(['Ada', 'Grace', 'Emmy'], width)
      await pressTwice(visitor, wasThem(ofGuest(page, 'Emmy')))
      await ofGuest(page, 'Emmy').waitFor({ state: 'detached' })
      await wait(page, 2)
      await expect.poll(verdicts).toEqual(['legitimate'])
      expect(await rowsOf(page).count()).toBe(2)
      for (const [name, left] of [
        ['Grace', 1],
        ['Ada', 0],
      ] as const) {
        await wasThem(ofGuest(page, name)).click({ trial: true })
        await pressTwice(visitor, wasThem(ofGuest(page, name)))
        await wait(page, left)
      }
      await expect.poll(verdicts).toEqual(['legitimate', 'legitimate', 'legitimate'])
      expect(visitor.trouble).toEqual([])
      await visitor.context.close()
    })

    test(`stays where it is when another opening comes, ${String(width)} px wide`, async () => {
      const names = ['Ada', 'Grace', 'Emmy', 'Mary', 'Sofja']
      const { visitor, page, strangerAs } = await inboxOf(names, width)
      const read = ofGuest(page, 'Grace')
      await wasThem(read).scrollIntoViewIfNeeded()
      const top = async () => (await read.boundingBox())?.y
      const before = await top()
      await strangerAs('Kurt')
      await page.getByRole('button', { name: '1 new opening' }).waitFor()
      await page.getByText('Based on 12 openings').waitFor({ state: 'attached' })
      expect(await top()).toBe(before)
      await visitor.context.close()
    })
  }

  test('judges one opening where a key is held down, and goes on at the next', async () => {
    const { visitor, page, verdicts } = await inboxOf(['Ada', 'Grace', 'Emmy'], 1440)
    await wasThem(ofGuest(page, 'Emmy')).focus()
    await page.keyboard.down('Enter')
    const next = wasThem(ofGuest(page, 'Grace')).and(page.locator(':focus'))
    await next.waitFor()
    for (let times = 0; times < 3; times++) await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    await next.waitFor()
    await expect.poll(verdicts).toEqual(['legitimate'])
    expect(await rowsOf(page).count()).toBe(2)
    await page.keyboard.press('Enter')
    await wait(page, 1)
    await wasThem(ofGuest(page, 'Ada')).and(page.locator(':focus')).waitFor()
    await visitor.context.close()
  })
})
