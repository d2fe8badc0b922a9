import type { Page } from 'playwright-core'
import type { EventView } from '../../src/contracts/events.ts'
import {
  arrivalsOf,
  attending,
  passOf,
  type Arrivals,
  type PassHolder,
  type Ticket,
} from '../support/gate.ts'
import { createEvent, expectStatus, readModelsCaughtUp, register, type TestHost } from '../support/party.ts'
import type { TestProduct } from '../support/product.ts'
import { EVENT_DATE } from './evening.ts'
import type { Stage } from './stage.ts'

/** An event with a door, its host, and guests with passes. */
export class Doorway {
  readonly stage: Stage
  readonly host: TestHost
  readonly event: EventView

  private constructor(stage: Stage, host: TestHost, event: EventView) {
    this.stage = stage
    this.host = host
    this.event = event
  }

  static async of(stage: Stage, details: Readonly<Record<string, unknown>> = {}): Promise<Doorway> {
    const host = await register(stage)
    const event = await createEvent(host, {
      name: 'Night at the museum',
      eventDate: EVENT_DATE,
      timezone: 'Europe/Zurich',
      ...details,
    })
    return new Doorway(stage, host, event)
  }

  /** The stage as the support of the tests over HTTP takes it. */
  get product(): TestProduct {
    const { stage } = this
    return {
      ...stage.product(),
      clock: stage.clock,
      client: (ip?: string) => stage.client(ip),
    } as unknown as TestProduct
  }

  guest(name: string, partySize = 1): Promise<PassHolder> {
    return attending(this.product, this.host, this.event, name, partySize)
  }

  /** A pass that the server signs: of any version, and until any time. */
  pass(guestId: string, version = 1): string {
    return passOf(this.product, this.event, guestId, version)
  }

  async ticket(gate: string, more: object = {}): Promise<Ticket> {
    const path = `/api/events/${this.event.id}/scanner-ticket`
    return expectStatus(await this.host.client.post<Ticket>(path, { gate, ...more }), 201)
  }

  arrivals(): Promise<Arrivals> {
    return arrivalsOf(this.product, this.host, this.event.id)
  }

  async caughtUp(): Promise<void> {
    await readModelsCaughtUp(this.stage.product())
  }
}

/** Opens the scanner and waits until it has the whole list of guests. */
export async function openScanner(page: Page, { ticket }: Ticket, guests: number): Promise<void> {
  await page.goto(`/scan#${ticket}`)
  await listIs(page, guests)
}

export const listIs = (page: Page, guests: number): Promise<void> =>
  page.getByText(new RegExp(`^${String(guests)} guests? as of`)).waitFor()

/**
 * What a hardware scanner does: types in a rush and ends with Enter. In one go: sent one by one to a busy browser, two keys
 * may be so far apart that they are no rush.
 */
export const scan = (page: Page, text: string): Promise<void> =>
  page.evaluate(`for (const key of [...${JSON.stringify(text)}, 'Enter']) {
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  }`)

/** The big result, by its word. */
export const result = (page: Page, word: string) =>
  page.getByRole('alert').or(page.getByRole('status')).filter({ hasText: word })

export const state = (page: Page, word: 'Connecting…' | 'Online' | 'Offline') =>
  page.getByRole('button', { name: 'State of this device' }).filter({ hasText: word }).waitFor()

/** How many scans the header says wait; 0 where it says nothing. */
export async function waiting(page: Page): Promise<number> {
  const text = (await page.getByRole('button', { name: 'State of this device' }).textContent()) ?? ''
  return Number(/(\d+) to send/.exec(text)?.[1] ?? 0)
}
