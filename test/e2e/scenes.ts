import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { describeInBrowser } from '../support/browser.ts'
import { FAR_AWAY, startEvening, type Evening } from './evening.ts'
import { startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor } from './visitor.ts'

/** WCAG 2.2 AA; axe leaves the rules of 2.2 out unless they are asked for. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface SceneSet extends Evening {
  readonly stage: Stage
}

/** A page in one of its states. */
export interface Scene {
  readonly who: 'anybody' | 'the host' | 'a stranger'
  /** Opens the page and waits until it shows what the scene is about. */
  readonly show: (page: Page, set: SceneSet) => Promise<unknown>
  /** Where to look, in place of the whole page. */
  readonly part?: string
}

/** @returns what is wrong with a page as it is, a line for each fault */
export async function faultsOf(page: Page, trouble: readonly string[], part = 'html'): Promise<string[]> {
  // The mail in a frame is what mail programs can show, not a page of ours.
  const axe = new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .withTags(WCAG)
    .include(part)
    .exclude('iframe')
    .setLegacyMode()
  const { violations } = await axe.analyze()
  return [
    ...trouble,
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    ...(await tooWideIn(page)),
  ]
}

/**
 * Boxes that cut their content off at the side. Not what ends in an ellipsis, is only read out, can be scrolled by typing, or
 * is decoration: that is done on purpose.
 */
const CUT_OFF = `[...document.querySelectorAll('body *:not(input)')]
  .filter((box) => {
    const { overflowX, textOverflow } = getComputedStyle(box)
    const cuts = ['hidden', 'clip'].includes(overflowX) && textOverflow !== 'ellipsis' && box.clientWidth > 1
    const end = (each) => each.getBoundingClientRect().right
    const decorated = () => [...box.querySelectorAll('[aria-hidden=true]')].some((each) => end(each) > end(box))
    return cuts && box.scrollWidth > box.clientWidth && !decorated()
  })
  .map((box) => (box.scrollWidth - box.clientWidth) + ' px are cut off: ' + box.cloneNode(false).outerHTML)`

/** @returns what of a page does not fit into its window, a line for each fault */
export async function tooWideIn(page: Page): Promise<string[]> {
  // Not of innerWidth: on a phone that grows with what does not fit.
  const wider =
    (await page.evaluate<number>('document.documentElement.scrollWidth')) - (page.viewportSize()?.width ?? 0)
  const cutOff = await page.evaluate<string[]>(CUT_OFF)
  return [...(wider > 0 ? [`${String(wider)} px have to be scrolled to sideways`] : []), ...cutOff]
}

/** Declares a test of each scene at both widths: no error, no broken policy, nobody else asked, accessible, not too wide. */
export function describeScenes(subject: string, scenes: Readonly<Record<string, Scene>>): void {
  describeInBrowser(subject, (browser, test) => {
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
      const visitor = await visit(
        browser(),
        stage,
        who === 'a stranger' ? { width, ip: FAR_AWAY } : { width },
      )
      if (who === 'the host') await signIn(visitor, stage, evening.host.client)
      return visitor
    }

    for (const [name, { who, show, part }] of Object.entries(scenes)) {
      for (const width of [390, 1440] as const) {
        test(`${name} is sound and accessible ${String(width)} px wide`, async () => {
          const { context, trouble } = await visitorFor(who, width)
          const before = trouble.length
          await onNewPage(context, async (page) => {
            await show(page, { ...evening, stage })
            expect(await faultsOf(page, trouble.slice(before), part)).toEqual([])
          })
        })
      }
    }
  })
}

/** The page stays open when the test fails, to be photographed. */
async function onNewPage(context: BrowserContext, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await context.newPage()
  await work(page)
  await page.close()
}
