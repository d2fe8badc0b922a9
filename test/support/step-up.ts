import path from 'node:path'
import { expect, vi } from 'vitest'
import type { z } from 'zod'
import type { activityPage } from '../../src/contracts/activity.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { CodeSent, OpenAnswer } from '../../src/contracts/rsvp.ts'
import { DAY } from '../../src/kernel/time.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import type { Answer, TestClient } from './client.ts'
import {
  addGuest,
  createEvent,
  expectStatus,
  open,
  readModelsCaughtUp,
  register,
  type TestGuest,
  type TestHost,
} from './party.ts'
import { startTestProduct, type TestProduct } from './product.ts'

export const PHONE = { screen: '390x844', language: 'en' }
export const LAPTOP = { screen: '1920x1080', language: 'fr' }

/** Addresses that the data file that comes with the product places there. */
export const PARIS = '212.27.48.10'
export const CALIFORNIA = '8.8.8.8'

/** Somebody who was stopped and may go on with a code. */
export interface Challenged {
  readonly visitor: TestClient
  /** The token of the refusal. */
  readonly challenge: string
  /** Of the link. */
  readonly token: string
}

export const bearing = (token: string, key?: string) => ({
  authorization: `Bearer ${token}`,
  ...(key === undefined ? {} : { 'idempotency-key': key }),
})

export const askFor = ({ visitor, challenge, token }: Challenged, key?: string) =>
  visitor.post<CodeSent>(`/api/rsvp/${token}/code`, undefined, bearing(challenge, key))

export const enter = ({ visitor, challenge, token }: Challenged, code: string, key?: string) =>
  visitor.post<OpenAnswer>(`/api/rsvp/${token}/code/verify`, { code }, bearing(challenge, key))

export const problemIn = (answer: Answer<unknown>) => answer.body as Problem

/** @returns the status and the code of a refusal */
export const refusalOf = (answer: Answer<unknown>) => [answer.status, problemIn(answer).code]

/** @returns what a code can be asked for with */
export function challengeIn(answer: Answer<unknown>): string {
  expect(answer.status).toBe(403)
  const { recovery } = problemIn(answer)
  if (recovery?.kind !== 'code') throw new Error(`no code is offered: ${answer.text}`)
  return recovery.challengeToken
}

export const codeIn = (text: string | undefined) => /\b\d{6}\b/.exec(text ?? '')?.[0] ?? 'no code'

/** @returns a code that is not that one */
export const wrong = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0')

/** The product with an event that asks for codes and a guest, both new for each test. */
export class StepUpParty {
  readonly product: TestProduct
  /** What the product logged, line by line. */
  readonly logged: readonly string[]
  #round = 0
  #now: { host: TestHost; event: EventView; guest: TestGuest } | undefined

  private constructor(product: TestProduct, logged: readonly string[]) {
    this.product = product
    this.logged = logged
  }

  static async start(): Promise<StepUpParty> {
    const logged: string[] = []
    const product = await startTestProduct({
      config: { geo: { provider: 'dbip', databasePath: null } },
      onLog: (line) => logged.push(line),
    })
    return new StepUpParty(product, logged)
  }

  /** Begins anew, also with the host: tests let days pass, and a session ends after seven. */
  async renew(): Promise<void> {
    this.#round += 1
    const host = await register(this.product)
    const event = await createEvent(host)
    const guest = await addGuest(host, event.id, { name: 'Grace Hopper', email: this.email })
    this.#now = { host, event, guest }
    await this.configure({ high: true, blocked: true })
  }

  get #current() {
    if (this.#now === undefined) throw new Error('renew() comes first')
    return this.#now
  }

  get host(): TestHost {
    return this.#current.host
  }

  get event(): EventView {
    return this.#current.event
  }

  get guest(): TestGuest {
    return this.#current.guest
  }

  /** Of the guest; another one in each test, so that messages are told apart. */
  get email(): string {
    return `grace.${String(this.#round)}@example.org`
  }

  /** Of a guest without a mail address; another one in each test. */
  get phone(): string {
    return `+4915112345${String(600 + this.#round)}`
  }

  async configure(stepUp: { high: boolean; blocked: boolean }): Promise<void> {
    const url = `/api/events/${this.event.id}/security/step-up`
    const saved = await this.host.client.request('PUT', url, { json: stepUp })
    expect(expectStatus(saved, 200)).toEqual(stepUp)
  }

  /** Opens by phone in Paris, then by laptop in California: after a day that is suspicious, after ten minutes impossible. */
  async openFromAfar(guest = this.guest, after = DAY, visitor = this.product.client(CALIFORNIA)) {
    expectStatus(await open(this.product.client(PARIS), guest.token, PHONE), 200)
    this.product.clock.advance(after)
    return { visitor, stopped: await open(visitor, guest.token, LAPTOP) }
  }

  async challenged(guest = this.guest): Promise<Challenged> {
    const { visitor, stopped } = await this.openFromAfar(guest)
    return { visitor, challenge: challengeIn(stopped), token: guest.token }
  }

  /** @returns the texts that were sent to an address, the first one first */
  async messagesTo(address: string, atLeast: number): Promise<string[]> {
    const outbox = createOutbox(path.join(this.product.dataDir, 'outbox'))
    const messages = async () => (await outbox.list()).filter(({ to }) => to.includes(address)).reverse()
    await vi.waitFor(async () => {
      expect((await messages()).length).toBeGreaterThanOrEqual(atLeast)
    }, 10_000)
    return Promise.all((await messages()).map(async ({ id }) => (await outbox.read(id))?.text ?? ''))
  }

  /** Asks for a code and reads it in the mail, which is the `nth` to that address. */
  async codeFor(challenged: Challenged, address = this.email, nth = 1): Promise<string> {
    expectStatus(await askFor(challenged), 202)
    return codeIn((await this.messagesTo(address, nth))[nth - 1])
  }

  /** @returns the live monitor of the event, the newest first */
  async activity() {
    await readModelsCaughtUp(this.product)
    const url = `/api/events/${this.event.id}/activity`
    return expectStatus(await this.host.client.get<z.infer<typeof activityPage>>(url), 200).items
  }

  async factsOf(type: string): Promise<number> {
    let found = 0
    for await (const page of this.product.store.readCategory(`event.${this.event.id}`)) {
      found += page.filter((record) => record.type === type).length
    }
    return found
  }
}
