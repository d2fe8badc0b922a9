import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'

/** Names on the PATH, the most likely first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** Where installers put a Chromium without touching the PATH, by `process.platform`. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/lib/chromium/chromium',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
  ],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/opt/homebrew/bin/chromium',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((folder) => {
    const root = process.env[folder]
    return root === undefined ? [] : [path.join(root, 'Google/Chrome/Application/chrome.exe')]
  }),
}

const MISSING = 'there is no Chromium: install chromium or google-chrome, or name one in CHROMIUM_PATH'

/**
 * Looks for a Chromium: what CHROMIUM_PATH names, else one on the PATH, else one in the usual places.
 * @returns the path of its program, null when there is none
 */
export function findChromium(
  env: Readonly<Record<string, string | undefined>> = process.env,
  exists: (file: string) => boolean = existsSync,
  platform: string = process.platform,
): string | null {
  const named = env['CHROMIUM_PATH'] ?? ''
  if (named !== '') return exists(named) ? named : null
  const suffix = platform === 'win32' ? '.exe' : ''
  const folders = (env['PATH'] ?? '')
    .split(platform === 'win32' ? ';' : ':')
    .filter((folder) => folder !== '')
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name + suffix)))
  return [...onPath, ...(PLACES[platform] ?? [])].find(exists) ?? null
}

/** Chromium as the tests want it: quiet on the network, and also for root, for whom its sandbox does not start. */
function launch(executablePath: string, more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...more,
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
}

/**
 * Starts another browser than the one that tests share, such as one with a camera; from within `describeInBrowser` only,
 * which sees to it that there is one.
 * @param args switches of Chromium
 */
export function launchAnother(args: readonly string[]): Promise<Browser> {
  return launch(findChromium() ?? missing(), args)
}

/** A test in a browser, or in place of it the report that there is none. */
export type BrowserTest = (name: string, test: () => Promise<void>) => void

export type BrowserTests = (browser: () => Browser, test: BrowserTest) => void

/**
 * Tests that share one browser. Without a Chromium each of them is skipped and told by its name and with the reason; with
 * REQUIRE_BROWSER=1 each of them fails, so that a run that must not miss them cannot.
 * @param tests gets the browser, to be called from within hooks and tests, and `test` to declare them with
 * @param options `story` for tests that go on where the one before ended: once one failed, the next are not waited for
 */
export function describeInBrowser(
  subject: string,
  tests: BrowserTests,
  options: { story?: boolean } = {},
): void {
  const program = findChromium()
  describe(subject, () => {
    if (program === null) tests(missing, withoutBrowser(subject))
    else inBrowser(program, tests, options.story === true)
  })
}

function inBrowser(program: string, tests: BrowserTests, story: boolean): void {
  let browser: Browser | undefined
  let failed = false
  beforeAll(async () => {
    browser = await launch(program)
  })
  afterAll(async () => {
    await browser?.close()
  })
  tests(
    () => browser ?? missing(),
    (name, test) => {
      it(name, async () => {
        if (story && failed) throw new Error('the story ended at an earlier test')
        try {
          await test()
        } catch (error) {
          failed = true
          await photograph(browser, name)
          throw error
        }
      })
    },
  )
}

function missing(): never {
  throw new Error(MISSING)
}

function withoutBrowser(subject: string): BrowserTest {
  if (process.env['REQUIRE_BROWSER'] === '1') {
    // Before any other hook, so that nothing is started in vain.
    beforeAll(missing)
    return (name) => {
      it(name, missing)
    }
  }
  return (name) => {
    it.skip(`${name} [${MISSING}]`)
    // The reporter of a run of many files lists no skipped test by itself.
    process.stderr.write(`skipped: ${subject} > ${name}: ${MISSING}\n`)
  }
}

/** What every open page showed when a test failed, for whoever looks into it. */
async function photograph(browser: Browser | undefined, name: string): Promise<void> {
  const pages = browser?.contexts().flatMap((context) => context.pages()) ?? []
  const folder = path.join(tmpdir(), 'guestguard-failed')
  for (const [index, page] of pages.entries()) {
    if (page.url() === 'about:blank') continue
    const file = path.join(folder, `${name.replaceAll(/\W+/g, '-')}-${String(index + 1)}.png`)
    // A page that crashed has no picture; the failure of the test is told either way.
    await page.screenshot({ path: file, timeout: 5_000 }).catch(() => undefined)
    process.stderr.write(`${page.url()} looked like ${file}\n`)
  }
}
