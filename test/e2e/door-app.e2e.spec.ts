import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { Doorway, listIs, openScanner, scan } from './door-stage.ts'
import { startStage, type Stage } from './stage.ts'
import { visit } from './visitor.ts'

interface Manifest {
  readonly start_url: string
  readonly scope: string
  readonly display: string
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly purpose: string }[]
}

describeInBrowser('the scanner as an app', (browser, test) => {
  let stage: Stage
  let way: Doorway
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'guestguard-app-'))
    await cp(inject('webRoot'), folder, { recursive: true })
    stage = await startStage(folder)
    way = await Doorway.of(stage)
  })
  afterAll(async () => {
    await stage.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** Changes a file of the pages as a release does. */
  async function release(file: string, change: (text: string) => string): Promise<void> {
    const place = path.join(folder, file)
    const before = await readFile(place, 'utf8')
    const after = change(before)
    expect(after).not.toBe(before)
    await writeFile(place, after)
  }

  test('can be installed: a manifest with icons of the sizes that it names', async () => {
    const client = stage.client()
    const page = await client.get('/scan')
    expect(page.text).toContain('<link rel="manifest" href="/scan.webmanifest"')
    const manifest = await client.get<Manifest>('/scan.webmanifest')
    expect(manifest.headers.get('content-type')).toContain('application/manifest+json')
    const { start_url, scope, display, icons } = manifest.body
    expect({ start_url, scope, display }).toEqual({
      start_url: '/scan',
      scope: '/scan',
      display: 'standalone',
    })
    expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
      '192x192 any',
      '512x512 any',
      '512x512 maskable',
    ])
    for (const { src, sizes } of icons) {
      const png = await readFile(path.join(folder, src))
      expect((await client.get(src)).headers.get('content-type')).toBe('image/png')
      // Width and height stand in the first chunk of a PNG.
      expect(`${String(png.readUInt32BE(16))}x${String(png.readUInt32BE(20))}`).toBe(sizes)
    }
  })

  test('keeps everything that its page needs, and controls no other page', async () => {
    const { context, page } = await visit(browser(), stage)
    await page.goto('/scan')
    await page.evaluate('navigator.serviceWorker.ready')
    const kept = await page.evaluate<string[]>(`(async () => {
      const [name] = await caches.keys()
      const requests = await (await caches.open(name)).keys()
      return requests.map(({ url }) => new URL(url).pathname)
    })()`)
    expect(kept).toContain('/scan')
    expect(kept.filter((file) => file.endsWith('.wasm'))).toHaveLength(1)
    expect(kept.filter((file) => /ed25519-.*\.js$/.test(file))).toHaveLength(1)
    await page.goto('/login')
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    expect(await page.evaluate('navigator.serviceWorker.controller')).toBeNull()
    await context.close()
  })

  test('changes to a new version when people say so, and never under a scan', async () => {
    const ada = await way.guest('Ada Lovelace')
    await way.caughtUp()
    const { context, page } = await visit(browser(), stage, { width: 390 })
    await openScanner(page, await way.ticket('North'), 1)
    await page.evaluate('navigator.serviceWorker.ready')
    await page.reload()
    await listIs(page, 1)
    await scan(page, ada.pass)
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
    await page.evaluate('window.neverReloaded = true')

    await release('scan.html', (html) =>
      html.replace('<title>', '<meta name="release" content="next" /><title>'),
    )
    await release('scan-worker.js', (script) => script.replace(/[0-9a-f]{12}(?=["'`])/, 'feedfacecafe'))
    await page.evaluate('navigator.serviceWorker.getRegistration().then((one) => one.update())')
    await expect
      .poll(() =>
        page.evaluate('navigator.serviceWorker.getRegistration().then((one) => one.waiting !== null)'),
      )
      .toBe(true)
    expect(await page.evaluate('window.neverReloaded')).toBe(true)
    await page.getByRole('button', { name: 'Let them in' }).tap()
    await page.getByRole('status').filter({ hasText: 'Admitted' }).waitFor()

    await page.getByRole('button', { name: 'State of this device' }).tap()
    await page.getByText('A new version is ready').waitFor()
    await page.getByRole('button', { name: 'Change to it' }).tap()
    await page.locator('meta[name=release]').waitFor({ state: 'attached' })
    await page.getByRole('heading', { name: 'North' }).waitFor()
    // The files of the version before are gone.
    await expect.poll(() => page.evaluate<number>('caches.keys().then(({ length }) => length)')).toBe(1)
    await context.close()
  })
})
