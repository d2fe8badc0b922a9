import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { TestClient } from '../support/client.ts'
import { HOME, type Stage } from './stage.ts'

/** Somebody at a browser of their own: no cookies, storage or cache shared with anybody. */
export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** What must not happen: errors on the console, scripts that throw, broken policies, requests to anybody else. */
  readonly trouble: string[]
}

export interface VisitorOptions {
  readonly width?: 390 | 1440
  /** Told in X-Forwarded-For, which the product believes of this machine. */
  readonly ip?: string
  readonly userAgent?: string
  readonly locale?: string
  /** IANA. */
  readonly timezone?: string
  /** Moving pictures take time that most tests have no use for. */
  readonly reducedMotion?: 'reduce' | 'no-preference'
}

/** The locator's own wait for each step: a loaded machine may take a while, a wrong page need not take long to fail. */
const PATIENCE_MS = 15_000

/** Chromium's line for every answer of 400 and more; a test that provokes one expects it on the page. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.4 Mobile/15E148 Safari/604.1'

export async function visit(
  browser: Browser,
  { url }: Pick<Stage, 'url'>,
  options: VisitorOptions = {},
): Promise<Visitor> {
  const { width = 1440, ip = HOME, locale = 'en-GB', reducedMotion = 'reduce' } = options
  const { timezone = 'Europe/Zurich' } = options
  const phone = width === 390
  const userAgent = options.userAgent ?? (phone ? IPHONE : undefined)
  const context = await browser.newContext({
    baseURL: url,
    viewport: phone ? { width, height: 844 } : { width, height: 900 },
    isMobile: phone,
    hasTouch: phone,
    locale,
    timezoneId: timezone,
    reducedMotion,
    extraHTTPHeaders: { 'x-forwarded-for': ip },
    ...(userAgent === undefined ? {} : { userAgent }),
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  return { context, page, trouble: watch(context, url) }
}

function watch(context: BrowserContext, url: string): string[] {
  const trouble: string[] = []
  const own = [url, 'data:', 'blob:', 'about:']
  context.on('console', (message) => {
    if (message.type() === 'error' && !REFUSED.test(message.text())) trouble.push(message.text())
  })
  context.on('weberror', (error) => trouble.push(String(error.error())))
  context.on('request', (request) => {
    if (!own.some((start) => request.url().startsWith(start))) trouble.push(`asked ${request.url()}`)
  })
  return trouble
}

/** Gives the browser the session of a client who has signed in. */
export async function signIn(
  { context }: Visitor,
  { url }: Pick<Stage, 'url'>,
  client: TestClient,
): Promise<void> {
  await context.addCookies([...client.cookies].map(([name, value]) => ({ name, value, url })))
}
