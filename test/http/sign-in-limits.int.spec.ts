import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { TestClient } from '../support/client.ts'
import { PASSWORD, register } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { mailedResetToken } from '../support/reset-mail.ts'

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct()
})

afterAll(async () => {
  await product.stop()
})

const login = async (client: TestClient, email: string, password = PASSWORD) =>
  (await client.post<Problem>('/api/auth/login', { email, password })).status

async function inARow(times: number, ask: () => Promise<number>): Promise<readonly number[]> {
  const statuses = []
  for (let count = 0; count < times; count++) statuses.push(await ask())
  return statuses
}

const all = (times: number, status: number) => Array<number>(times).fill(status)

describe('the limit of wrong passwords for an account', () => {
  it('does not count who signs in and out all night, or on many devices of one network', async () => {
    const { email } = await register(product)
    const statuses = await inARow(14, async () => {
      const client = product.client('203.0.113.20')
      const status = await login(client, email)
      await client.post('/api/auth/logout')
      return status
    })
    expect(statuses).toEqual(all(14, 200))
  })

  it('counts the wrong ones also where right ones are between them', async () => {
    const { email } = await register(product)
    const ip = '203.0.113.21'
    const wrong = () => login(product.client(ip), email, 'not the password')
    expect(await inARow(9, wrong)).toEqual(all(9, 401))
    expect(await inARow(3, () => login(product.client(ip), email))).toEqual(all(3, 200))
    expect(await inARow(2, wrong)).toEqual([401, 429])
  })

  it('is not outrun by guesses at the same moment', async () => {
    const { email } = await register(product)
    const client = product.client('203.0.113.22')
    const statuses = await Promise.all(Array.from({ length: 25 }, () => login(client, email, 'guess guess')))
    expect(statuses.toSorted()).toEqual([...all(10, 401), ...all(15, 429)])
  })

  it('is the same for an account that nobody has', async () => {
    const client = product.client('203.0.113.23')
    const statuses = await inARow(11, () => login(client, 'nobody-at-all@example.org', 'guess guess'))
    expect(statuses).toEqual([...all(10, 401), 429])
  })

  it('says how long to wait', async () => {
    const { email } = await register(product)
    const client = product.client('203.0.113.24')
    await inARow(10, () => login(client, email, 'guess guess'))
    const { body } = await client.post<Problem>('/api/auth/login', { email, password: PASSWORD })
    expect(body).toMatchObject({ code: 'rate_limited' })
    expect(body).toHaveProperty('retryAfter', expect.closeTo(15 * 60, -2))
  })

  it('is over where a new password was chosen by mail', async () => {
    const { email } = await register(product)
    const client = product.client('203.0.113.25')
    await inARow(10, () => login(client, email, 'what was it'))
    expect(await login(client, email)).toBe(429)

    product.clock.advance(2_000)
    await client.post('/api/auth/reset-request', { email })
    const token = await mailedResetToken(product, email)
    const password = 'a new and longer one'
    expect((await client.post('/api/auth/reset', { token, password })).status).toBe(204)
    expect(await login(product.client(client.ip), email, password)).toBe(200)
  })
})
