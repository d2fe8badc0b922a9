import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { me } from '../../src/contracts/auth.ts'
import type { Problem } from '../../src/contracts/common.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { anyText } from '../support/matchers.ts'
import { expectStatus, login, PASSWORD, register, type Session } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

type Me = z.infer<typeof me>

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct()
})

afterAll(async () => {
  await product.stop()
})

describe('registering', () => {
  it('answers with the host and a session that works as a cookie and as a bearer token', async () => {
    const client = product.client()
    const body = { email: 'Grace@Example.org', password: PASSWORD, name: 'Grace' }
    const { host, token } = expectStatus(await client.post<Session>('/api/auth/register', body), 201)

    expect(host).toMatchObject({ email: 'grace@example.org', name: 'Grace', plan: anyText() })
    const byCookie = await client.get<Me>('/api/auth/me')
    const byBearer = await product.client().get<Me>('/api/auth/me', { authorization: `Bearer ${token}` })
    expect([byCookie.body.host, byBearer.body.host]).toEqual([host, host])
  })

  it('keeps the cookie from scripts, from other sites and from other paths than its own', async () => {
    const body = { email: 'cookie@example.org', password: PASSWORD }
    const answer = await product.client().post<Session>('/api/auth/register', body)

    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^gg_session=[\w.-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('marks its cookies Secure where the product is reached over https', async () => {
    const behindTls = await startTestProduct({ config: { publicUrl: 'https://guests.example.org' } })
    try {
      const body = { email: 'secure@example.org', password: PASSWORD }
      const answer = await behindTls.client().post<Session>('/api/auth/register', body)
      const secure = expect.stringContaining('; Secure') as string
      expect(answer.headers.getSetCookie()).toEqual([secure, secure])
      const outbox = await behindTls.client().get('/api/dev/outbox', {
        authorization: `Bearer ${answer.body.token}`,
      })
      expect(outbox.status, 'mails are shown only on the machine itself').toBe(404)
    } finally {
      await behindTls.stop()
    }
  })

  it('refuses an address that is registered, whatever its case', async () => {
    await register(product, 'twice@example.org')
    const body = { email: 'TWICE@example.org', password: PASSWORD }
    const again = await product.client().post<Problem>('/api/auth/register', body)

    expect(again.status).toBe(409)
    expect(again.body).toMatchObject({ code: 'email_taken', errors: [{ path: 'email' }] })
  })

  it('gives an address to one of many who register it at the same moment', async () => {
    const tries = await Promise.all(
      Array.from({ length: 8 }, () =>
        product.client().post('/api/auth/register', { email: 'race@example.org', password: PASSWORD }),
      ),
    )
    expect(tries.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(7).fill(409)])
  })

  it.each([
    ['a short password', { email: 'a@example.org', password: 'short' }, 'password'],
    ['a name with a line break', { email: 'a@example.org', password: PASSWORD, name: 'A\nB' }, 'name'],
    ['something that is no address', { email: 'a at example', password: PASSWORD }, 'email'],
    ['a field nobody knows', { email: 'a@example.org', password: PASSWORD, admin: true }, ''],
  ])('refuses %s and names the field', async (_what, body, path) => {
    const answer = await product.client().post<Problem>('/api/auth/register', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ path }] })
  })
})

describe('signing in', () => {
  it('answers an unknown account and a wrong password with the same words', async () => {
    const { email } = await register(product)
    const wrong = await login(product.client(), email, 'not the password')
    const unknown = await login(product.client(), 'nobody@example.org')

    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect(wrong.text).toBe(unknown.text)
    expect(wrong.body.code).toBe('wrong_credentials')
    expect(wrong.headers.getSetCookie()).toEqual([])
  })

  it('takes the address in any case', async () => {
    const { email, id } = await register(product)
    const { host } = expectStatus(await login(product.client(), email.toUpperCase()), 200)
    expect(host.id).toBe(id)
  })

  it('is over after signing out', async () => {
    const { client } = await register(product)
    const out = await client.post('/api/auth/logout')
    expect(out.status).toBe(204)
    expect(client.cookies.has('gg_session')).toBe(false)
    expect((await client.get('/api/auth/me')).status).toBe(401)
  })

  it('is over for whoever kept its token, and the others of the host go on', async () => {
    const { client, email } = await register(product)
    const token = client.cookies.get('gg_session') ?? ''
    expect(token).not.toBe('')
    const other = product.client()
    await login(other, email)
    await client.post('/api/auth/logout')
    const kept = await product.client().get('/api/auth/me', { authorization: `Bearer ${token}` })
    expect(kept.status).toBe(401)
    expect((await other.get('/api/auth/me')).status).toBe(200)
  })

  it('is not ended by a page of another site', async () => {
    const { client } = await register(product)
    const out = await client.post('/api/auth/logout', undefined, { origin: 'https://elsewhere.example' })
    expect(out.status).toBe(403)
    expect((await client.get('/api/auth/me')).status).toBe(200)
  })

  it('lasts seven days', async () => {
    const other = await startTestProduct()
    try {
      const { client } = await register(other)
      other.clock.advance(7 * 24 * 60 * MINUTE - MINUTE)
      expect((await client.get('/api/auth/me')).status).toBe(200)
      other.clock.advance(2 * MINUTE)
      expect((await client.get('/api/auth/me')).status).toBe(401)
    } finally {
      await other.stop()
    }
  })

  it('does not take a cookie along from another site', async () => {
    const { client } = await register(product)
    const foreign = await client.post<Problem>('/api/events', {}, { origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    expect(foreign.body.code).toBe('foreign_origin')
    const own = await client.get('/api/auth/me', { origin: product.url })
    expect(own.status).toBe(200)
  })
})

describe('guessing', () => {
  it('is stopped after ten tries on one account from one network, and nobody else is', async () => {
    const { email } = await register(product)
    const guesser = product.client('203.0.113.7')
    const tries = []
    for (let count = 0; count < 11; count++) tries.push(await login(guesser, email, 'guess guess'))

    expect(tries.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429])
    expect(tries.at(-1)?.body.code).toBe('rate_limited')
    expect((await login(product.client('198.51.100.1'), email)).status).toBe(200)
  })

  it('is stopped after thirty tries from one address, whatever the accounts', async () => {
    const guesser = product.client('203.0.113.99')
    const statuses = []
    for (let count = 0; count < 31; count++) {
      statuses.push((await login(guesser, `nobody-${String(count)}@example.org`, 'guess')).status)
    }
    expect(statuses).toEqual([...Array<number>(30).fill(401), 429])
    const neighbour = product.client('203.0.113.98')
    expect((await login(neighbour, 'nobody@example.org', 'guess')).status).toBe(401)
  })

  it('counts the addresses of one IPv6 network as one, since a household has 2^64 of them', async () => {
    const statuses = []
    for (let count = 0; count < 31; count++) {
      const guesser = product.client(`2001:db8:1:2::${(count + 1).toString(16)}`)
      statuses.push((await login(guesser, `nobody-${String(count)}@example.org`, 'guess')).status)
    }
    expect(statuses).toEqual([...Array<number>(30).fill(401), 429])
    const neighbour = product.client('2001:db8:1:3::1')
    expect((await login(neighbour, 'nobody@example.org', 'guess')).status).toBe(401)
  })
})
