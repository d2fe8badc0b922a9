import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

const TOKEN = 'a-token-for-metrics-0123'
const running: TestProduct[] = []
let local: TestProduct
let guarded: TestProduct
let published: TestProduct

async function start(config: Parameters<typeof startTestProduct>[0]): Promise<TestProduct> {
  const product = await startTestProduct(config)
  running.push(product)
  return product
}

beforeAll(async () => {
  local = await start({})
  guarded = await start({ config: { metricsToken: TOKEN } })
  published = await start({ config: { publicUrl: 'https://guests.example.org', opsPort: 0 } })
})

afterAll(async () => {
  for (const product of running) await product.stop()
})

const ask = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}/metrics`, { headers })

const problemOf = async (response: Response) => ((await response.json()) as Problem).code

describe('metrics without a token', () => {
  it('are for this machine, and no cache keeps them', async () => {
    const answer = await ask(local.url)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'])(
    'are not for somebody whom a proxy on this machine speaks for with %s',
    async (header) => {
      const answer = await ask(local.url, { [header]: '127.0.0.1' })
      expect(answer.status).toBe(403)
      expect(await problemOf(answer)).toBe('metrics_not_open')
    },
  )

  it('are closed where links lead to another address: a proxy there may say nothing of itself', async () => {
    expect((await ask(published.url)).status).toBe(403)
  })

  it('are open on the port for monitors, beside the health checks and nothing else', async () => {
    const { port } = published.ops?.server.address() as { port: number }
    const monitor = `http://127.0.0.1:${String(port)}`
    expect((await ask(monitor)).status).toBe(200)
    expect((await fetch(`${monitor}/health`)).status).toBe(200)
    expect((await fetch(`${monitor}/health/ready`)).status).toBe(200)
    expect((await fetch(`${monitor}/api/auth/me`)).status).toBe(404)
    expect((await fetch(`${monitor}/`)).status).toBe(404)
  })
})

describe('metrics with a token', () => {
  it('are for whoever shows it, wherever from', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9' }
    expect((await ask(guarded.url, headers)).status).toBe(200)
  })

  it.each([
    ['nobody', {}],
    ['a wrong token', { authorization: 'Bearer a-token-for-metrics-0124' }],
    ['half of it', { authorization: `Bearer ${TOKEN.slice(0, 12)}` }],
    ['the token as a password', { authorization: `Basic ${btoa(`x:${TOKEN}`)}` }],
  ])('are not for %s, not even on this machine', async (_who, headers) => {
    const answer = await ask(guarded.url, headers)
    expect(answer.status).toBe(401)
    expect(await problemOf(answer)).toBe('metrics_token_invalid')
  })
})
