import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { describeInBrowser, launchAnother } from '../support/browser.ts'
import type { PassHolder } from '../support/gate.ts'
import { Doorway, openScanner, result } from './door-stage.ts'
import { writeQrVideo, type Shown } from './qr-video.ts'
import { startStage, type Stage } from './stage.ts'
import { visit } from './visitor.ts'

/** Longer than the 3 s in which the same code is the same reading. */
const away: Shown = { text: null, seconds: 3.6 }

/** Waits for the codes of the video, as a page sees them; see `watchScans`. */
interface ScanTimes {
  readonly scans: readonly number[]
}

describeInBrowser('the camera of the scanner', (_browser, test) => {
  let stage: Stage
  let way: Doorway
  let folder: string
  let ada: PassHolder
  let bob: PassHolder
  let phone: Browser | undefined

  beforeAll(async () => {
    stage = await startStage()
    way = await Doorway.of(stage)
    ada = await way.guest('Ada Lovelace', 4)
    bob = await way.guest('Bob Noyce')
    await way.caughtUp()
    folder = await mkdtemp(path.join(tmpdir(), 'guestguard-camera-'))
  })
  // A camera that plays on takes time from the tests that follow.
  afterEach(async () => {
    await phone?.close()
  })
  afterAll(async () => {
    await stage.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** A phone at a gate whose camera sees these things, over and over. */
  async function phoneSeeing(
    scenes: readonly Shown[],
    gate: string,
  ): Promise<{ page: Page; trouble: string[] }> {
    const video = path.join(folder, `${gate}.y4m`)
    await writeQrVideo(video, scenes)
    phone = await launchAnother([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`,
    ])
    const { page, trouble, context } = await visit(phone, stage, { width: 390 })
    await context.grantPermissions(['camera'], { origin: stage.url })
    await openScanner(page, await way.ticket(gate), 2)
    return { page, trouble }
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name })

  test('reads a pass, waits for the decision, and admits the party', async () => {
    const { page, trouble } = await phoneSeeing([away, { text: ada.pass, seconds: 3 }], 'North')
    await heading(page, 'Ada Lovelace').waitFor()
    await page.getByText('With Plus 1, Plus 2, Plus 3').waitFor()
    await page.getByRole('button', { name: 'Just one' }).tap()
    await result(page, 'Admitted').getByText('1 of 4 is inside').waitFor()
    expect(await way.arrivals()).toMatchObject({ arrived: 1, byGate: [{ gate: 'North', arrived: 1 }] })
    // The next time round it is a new scan: the rest of the party.
    await page.getByRole('button', { name: 'All 3 still expected' }).tap()
    await result(page, 'Admitted').getByText('The whole party is inside').waitFor()
    await result(page, 'Already inside').waitFor()
    expect(await way.arrivals()).toMatchObject({ arrived: 4 })
    expect(trouble).toEqual([])
  })

  test('counts a code once that stays before it, and shows it as it is', async () => {
    const { page } = await phoneSeeing([{ text: 'https://example.org/not-a-pass', seconds: 2 }], 'East')
    await result(page, 'Do not admit').getByText('This is not a pass of ours.').waitFor()
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/api/check-in/preview')) asked.push(request.url())
    })
    // Some thirty more pictures of the same code; the result goes away and comes again with the next picture.
    await page.waitForTimeout(4_000)
    await page.getByRole('button', { name: 'Next guest' }).tap()
    await result(page, 'Do not admit').waitFor()
    expect(asked).toEqual([])
  })

  test('goes on when the network goes away in the middle', async () => {
    const { page } = await phoneSeeing([away, { text: bob.pass, seconds: 3 }], 'South')
    await heading(page, 'Bob Noyce').waitFor()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Let them in' }).tap()
    await result(page, 'Admitted offline').waitFor()
    expect((await way.arrivals()).arrived).toBe(4)
    // The same pass again, still without a network.
    await result(page, 'Already inside').waitFor()
    await page.context().setOffline(false)
    await expect.poll(async () => (await way.arrivals()).arrived).toBe(5)
    expect((await way.arrivals()).conflicts).toEqual([])
  })

  test('takes the ticket of another gate from the host’s screen, and tells the server nothing of it', async () => {
    const other = await way.ticket('West')
    const { page } = await phoneSeeing([away, { text: other.url, seconds: 3 }], 'Old gate')
    const bodies: string[] = []
    page.on('request', (request) => bodies.push(request.postData() ?? ''))
    await heading(page, 'West').waitFor()
    await page.getByText(/^2 guests as of/).waitFor()
    expect(bodies.join()).not.toContain(other.ticket)
  })

  test('shows who it is soon after the pass is in the picture', async () => {
    const { page } = await phoneSeeing([away, { text: ada.pass, seconds: 2.4 }], 'Fast lane')
    await result(page, 'Already inside').waitFor()
    await page.evaluate(watchScans)
    const times = () => page.evaluate<ScanTimes>('window.scanTimes')
    await expect.poll(async () => (await times()).scans.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(4)
    const sorted = [...(await times()).scans].sort((one, other) => one - other)
    const median = sorted[Math.floor(sorted.length / 2)] ?? NaN
    process.stdout.write(
      `from the pass in the picture to the result on the screen: median ${median.toFixed(0)} ms of ${String(sorted.length)} scans\n`,
    )
  })
})

/**
 * Runs in the page: takes the time from the first picture of the camera with a code in it to the picture of the screen with
 * the result, each time the code comes back.
 */
const watchScans = `(() => {
  const video = document.querySelector('video')
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 32
  const context = canvas.getContext('2d', { willReadFrequently: true })
  window.scanTimes = { scans: [] }
  let seenAt = null
  let empty = false
  const look = (now) => {
    context.drawImage(video, 0, 0, 32, 32)
    const { data } = context.getImageData(10, 10, 12, 12)
    let dark = 0
    for (let at = 0; at < data.length; at += 4) if (data[at] < 128) dark += 1
    if (dark === 0) {
      if (!empty) [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === 'Next guest')?.click()
      empty = true
    } else if (empty) {
      empty = false
      seenAt = performance.now()
    }
    video.requestVideoFrameCallback(look)
  }
  video.requestVideoFrameCallback(look)
  new MutationObserver(() => {
    if (seenAt === null || document.querySelector('.banner') === null) return
    const from = seenAt
    seenAt = null
    requestAnimationFrame(() => setTimeout(() => window.scanTimes.scans.push(performance.now() - from)))
  }).observe(document.body, { childList: true, subtree: true })
})()`
