import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { result, scan, state, waiting } from './door-stage.ts'

export async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true)
  await state(page, 'Offline')
}

/** Waits until everything that waited is sent. */
export async function comeBack(page: Page): Promise<void> {
  await page.context().setOffline(false)
  await expect.poll(() => waiting(page)).toBe(0)
  await state(page, 'Online')
}

/** @param button by which the party is let in */
export async function admit(page: Page, pass: string, button: string): Promise<void> {
  await scan(page, pass)
  await page.getByRole('button', { name: button }).tap()
  await result(page, 'Admitted offline').waitFor()
}

/** Waits until the pages are kept on the device. */
export const workerReady = (page: Page) =>
  page.evaluate(
    'navigator.serviceWorker.ready.then(({ active }) => new Promise((resolve) => {' +
      "if (active.state === 'activated') resolve(); else active.onstatechange = () => active.state === 'activated' && resolve() }))",
  )

/** Closes the page and opens it again, as a phone does that was switched off. */
export async function coldStart(context: BrowserContext, page: Page): Promise<Page> {
  await page.close({ runBeforeUnload: false })
  const next = await context.newPage()
  await next.goto('/scan')
  return next
}
