import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { EventView } from '../../src/contracts/events.ts'
import { slugDecider } from '../../src/commands/host/decider.ts'
import { slugStream } from '../../src/events/streams.ts'
import { createEvent, expectStatus, register, type TestHost } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct
let host: TestHost

beforeAll(async () => {
  product = await startTestProduct()
  host = await register(product)
})

afterAll(async () => {
  await product.stop()
})

/** Enough for each of two requests to be ahead at each step. */
const ROUNDS = 12

const details = { name: 'Party', eventDate: '2026-07-01T19:00:00Z' }
const create = (body: object, key: string) =>
  host.client.post<EventView & Pick<Problem, 'code'>>(
    '/api/events',
    { ...details, ...body },
    { 'idempotency-key': key },
  )
const ownerOf = (slug: string) => product.commands.state(slugDecider, slugStream(slug))

it('makes one event of two different requests under one Idempotency-Key at once, and leaves nothing of the other', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const bodies = [
      { slug: `full-${String(round)}`, maxCapacity: 5 },
      { slug: `open-${String(round)}`, maxCapacity: null },
    ]
    const order = round % 2 === 0 ? bodies : bodies.toReversed()
    const answers = await Promise.all(order.map((body) => create(body, `different-${String(round)}`)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422])
    const won = answers.findIndex(({ status }) => status === 201)
    expect(answers[1 - won]?.body.code).toBe('idempotency_key_reused')
    expect(answers[won]?.body).toMatchObject(order[won] ?? {})
    expect(await ownerOf(order[1 - won]?.slug ?? '')).toBeNull()
  }
})

it('gives the same answer to equal requests under one Idempotency-Key at once', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const body = { slug: `same-${String(round)}`, maxCapacity: 5 }
    const answers = await Promise.all([1, 2, 3].map(() => create(body, `same-${String(round)}`)))
    const ids = answers.map((answer) => expectStatus(answer, 201).id)
    expect(new Set(ids).size).toBe(1)
  }
})

it('changes an event by one of two different requests under one Idempotency-Key, one after the other or at once', async () => {
  const bodies = [
    { maxCapacity: 7 },
    { name: 'Ball', slug: 'the-ball' },
    { name: 'Feast', slug: 'the-feast', maxCapacity: 9 },
  ]
  const event = await createEvent(host, { name: 'Party', maxCapacity: 5 })
  const path = `/api/events/${event.id}`
  for (const [first, second] of bodies.flatMap((one) => bodies.map((other) => [one, other] as const))) {
    if (first === second) continue
    for (const atOnce of [false, true]) {
      const before = { name: 'Party', maxCapacity: 5 }
      expectStatus(await host.client.patch(path, before), 200)
      const key = { 'idempotency-key': JSON.stringify([first, second, atOnce]).replaceAll(' ', '') }
      const ask = (body: object) => host.client.patch<EventView & Pick<Problem, 'code'>>(path, body, key)
      const slow = ask(first)
      if (!atOnce) await slow
      const answers = await Promise.all([slow, ask(second)])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422])
      const done = answers[0].status === 200 ? first : second
      const { slug: _, ...rest } = { slug: '', ...before, ...done }
      expect(expectStatus(await host.client.get<EventView>(path), 200)).toMatchObject(rest)
    }
  }
})

it('registers one of two hosts who ask for the same address at once, with the name and the password of that one', async () => {
  for (let round = 0; round < 6; round += 1) {
    const email = `both-${String(round)}@example.org`
    const asked = ['Ada', 'Grace'].map((name) => ({ email, name, password: `the password of ${name}` }))
    const client = product.client()
    const answers = await Promise.all(
      asked.map((body) =>
        client.post<{ host?: { name: string } } & Partial<Problem>>('/api/auth/register', body),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
    const won = answers.findIndex(({ status }) => status === 201)
    expect(answers[1 - won]?.body.code).toBe('email_taken')
    expect(answers[won]?.body.host?.name).toBe(asked[won]?.name)
    const signIn = (at: number) =>
      product.client().post('/api/auth/login', { email, password: asked[at]?.password ?? '' })
    expect((await signIn(won)).status).toBe(200)
    expect((await signIn(1 - won)).status).toBe(401)
  }
})
