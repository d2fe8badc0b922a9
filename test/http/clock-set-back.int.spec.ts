import { afterAll, beforeAll, expect, it } from 'vitest'
import { HOUR } from '../../src/kernel/time.ts'
import { Gate, type Ticket } from '../support/gate.ts'
import { addGuest, answer, createEvent, expectStatus, register } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct()
})

afterAll(async () => {
  await product.stop()
})

it('a guest whose pass is new is let in although the clock was set back since others were', async () => {
  const host = await register(product)
  const event = await createEvent(host)
  const path = `/api/events/${event.id}/scanner-ticket`
  const ticket = expectStatus(await host.client.post<Ticket>(path, { gate: 'North gate' }), 201)
  const gate = new Gate(product, ticket, 'device-1')
  const codeOf = async (name: string) => {
    const { token } = await addGuest(host, event.id, { name })
    return (await answer(product.client(), token)).pass?.code
  }
  expect((await gate.checkIn({ code: await codeOf('Grace Hopper') })).body.result).toBe('admitted')
  product.clock.advance(-HOUR)
  expect((await gate.checkIn({ code: await codeOf('Alan Turing') })).body.result).toBe('admitted')
})
