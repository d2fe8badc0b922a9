import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { AtTheEvening } from './on-stage.ts'
import type { Visitor } from './visitor.ts'

/** The host at the Security tab of the evening, once it has counted the openings. */
export async function securityTab(
  { hostAt }: Pick<AtTheEvening, 'hostAt'>,
  width: 390 | 1440 = 1440,
): Promise<Visitor> {
  const host = await hostAt('/security', { width })
  await host.page.getByText('Based on', { exact: false }).waitFor({ state: 'attached' })
  return host
}

/** What is told at the edge of the page, by its text. */
export const toast = (page: Page, text: string) =>
  page.locator('[data-toasts] > div').filter({ hasText: text })

/** Takes back what a toast tells. */
export const undo = (page: Page, text: string) =>
  toast(page, text).getByRole('button', { name: 'Undo' }).click()

/** Closes the browser of somebody who saw no trouble. */
export async function leave({ context, trouble }: Visitor): Promise<void> {
  expect(trouble).toEqual([])
  await context.close()
}
