import { afterAll, beforeAll } from 'vitest'
import { describeInBrowser, type BrowserTest } from '../support/browser.ts'
import { startEvening, type Evening } from './evening.ts'
import { startStage, type Stage } from './stage.ts'
import { signIn, visit, type Visitor, type VisitorOptions } from './visitor.ts'

/** What tests share that are on one stage; all of it is for use within hooks and tests only. */
export interface OnStage {
  readonly stage: () => Stage
  /** Somebody at a browser of their own. */
  readonly visit: (options?: VisitorOptions) => Promise<Visitor>
  /** The same on a phone. */
  readonly phone: () => Promise<Visitor>
}

/**
 * Tests in a browser, on a stage of their own.
 * @param tests as of `describeInBrowser`, with the stage in place of the browser
 */
export function describeOnStage(subject: string, tests: (on: OnStage, test: BrowserTest) => void): void {
  describeInBrowser(subject, (browser, test) => {
    let started: Stage | undefined
    beforeAll(async () => {
      started = await startStage()
    })
    afterAll(async () => {
      await started?.stop()
    })
    const stage = () => started ?? tooEarly()
    const visitStage = (options?: VisitorOptions) => visit(browser(), stage(), options)
    tests({ stage, visit: visitStage, phone: () => visitStage({ width: 390 }) }, test)
  })
}

/** What tests share that look at one evening with the eyes of its host. */
export interface AtTheEvening extends OnStage {
  readonly evening: () => Evening
  /**
   * The host, signed in, at a page of the event.
   * @param path of the page after the address of the event: empty for the overview, or such as `/guests`
   */
  readonly hostAt: (path: string, options?: VisitorOptions) => Promise<Visitor>
}

/** Tests in a browser, on a stage on which an evening has taken place. */
export function describeEvening(subject: string, tests: (at: AtTheEvening, test: BrowserTest) => void): void {
  describeOnStage(subject, (on, test) => {
    let over: Evening | undefined
    beforeAll(async () => {
      over = await startEvening(on.stage())
    })
    const evening = () => over ?? tooEarly()
    const hostAt = async (path: string, options?: VisitorOptions) => {
      const host = await on.visit(options)
      await signIn(host, on.stage(), evening().host.client)
      await host.page.goto(`/events/${evening().eventId}${path}`)
      await host.page.getByRole('heading', { level: 1, name: 'Summer dinner in the orangery' }).waitFor()
      return host
    }
    tests({ ...on, evening, hostAt }, test)
  })
}

function tooEarly(): never {
  throw new Error('before the first hook there is no stage')
}
