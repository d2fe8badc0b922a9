import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import type { me, session } from '../../src/contracts/auth.ts'
import type { Problem } from '../../src/contracts/common.ts'
import type { OutboxMessage } from '../../src/http/deps.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { TestClient } from '../support/client.ts'
import { silentLog } from '../support/log.ts'
import { anyText } from '../support/matchers.ts'
import { addGuest, createEvent, expectStatus, PASSWORD, register } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

type Session = z.infer<typeof session>
type Me = z.infer<typeof me>

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct()
})

afterAll(async () => {
  await product.stop()
})

const login = (client: TestClient, email: string, password = PASSWORD) =>
  client.post<Session & Problem>('/api/auth/login', { email, password })

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

  it('marks the cookie Secure where the product is reached over https', async () => {
    const behindTls = await startTestProduct({ config: { publicUrl: 'https://guests.example.org' } })
    try {
      const body = { email: 'secure@example.org', password: PASSWORD }
      const answer = await behindTls.client().post<Session>('/api/auth/register', body)
      expect(answer.headers.getSetCookie()[0]).toContain('; Secure')
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
    expect(client.cookies.size).toBe(0)
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

describe('choosing a new password', () => {
  /** The mails to an address, the newest first, as the machine's owner finds them in the folder. */
  const mailsTo = async (address: string) => {
    const outbox = createOutbox(path.join(product.dataDir, 'outbox'))
    const found = (await outbox.list()).filter(({ to }) => to.includes(address))
    return Promise.all(found.map(async ({ id }) => ({ id, text: (await outbox.read(id))?.text ?? '' })))
  }

  const shownTo = async (reader: TestClient) =>
    expectStatus(await reader.get<{ items: OutboxMessage[] }>('/api/dev/outbox'), 200).items

  it('is mailed to nobody else: the outbox of a test installation shows a host their own mails only', async () => {
    const owner = await register(product)
    const other = await register(product)
    expect((await product.client().post('/api/auth/reset-request', { email: owner.email })).status).toBe(202)
    const mail = await vi.waitFor(
      async () => {
        const [shown] = await shownTo(owner.client)
        expect(shown).toBeDefined()
        return shown
      },
      { timeout: 15_000, interval: 50 },
    )
    expect(await shownTo(other.client)).toEqual([])
    expect((await other.client.get(`/api/dev/outbox/${mail?.id ?? ''}/html`)).status).toBe(404)
    expect((await owner.client.get(`/api/dev/outbox/${mail?.id ?? ''}/html`)).status).toBe(200)
  })

  it('is not shown to a host who puts the address of the other on a guest list', async () => {
    const owner = await register(product)
    const other = await register(product)
    const event = await createEvent(other)
    await addGuest(other, event.id, { name: 'Not a guest', email: owner.email })
    const body = { channel: 'email' }
    expectStatus(await other.client.post(`/api/events/${event.id}/invitations/send`, body), 202)
    await product.client().post('/api/auth/reset-request', { email: owner.email })
    await vi.waitFor(async () => {
      expect(await mailsTo(owner.email)).toHaveLength(2)
    }, 15_000)
    const [invitation, ...more] = await shownTo(other.client)
    expect([invitation?.subject, more]).toEqual([`Your invitation: ${event.name}`, []])
    const [reset, ...others] = await shownTo(owner.client)
    expect([reset?.text, others]).toEqual([expect.stringContaining('/reset#') as string, []])
    expect((await other.client.get(`/api/dev/outbox/${reset?.id ?? ''}/html`)).status).toBe(404)
  })

  it('is shown to nobody when it was written before mails said whose they are', async () => {
    const owner = await register(product)
    const mail = `To: ${owner.email}\r\nSubject: Choose a new password\r\n\r\nhttp://localhost/reset#old\r\n`
    const file = path.join(product.dataDir, 'outbox', '20990101T000000000Z-of-an-earlier-release.eml')
    await writeFile(file, mail)
    expect(await mailsTo(owner.email)).toHaveLength(1)
    expect(await shownTo(owner.client)).toEqual([])
    await rm(file)
  })

  async function resetTokenFor(email: string): Promise<string> {
    const before = await mailsTo(email)
    expect((await product.client().post('/api/auth/reset-request', { email })).status).toBe(202)
    const mail = await vi.waitFor(
      async () => {
        const mails = await mailsTo(email)
        expect(mails.length).toBeGreaterThan(before.length)
        return mails[0]
      },
      { timeout: 15_000, interval: 50 },
    )
    const token = /\/reset#([\w.-]+)/.exec(mail?.text ?? '')?.[1]
    return token ?? ''
  }

  it('goes by a mailed link that works once, and ends every session from before', async () => {
    const { client, email } = await register(product)
    product.clock.advance(2 * SECOND)
    const token = await resetTokenFor(email)
    const body = { token, password: 'a new and longer one' }
    const reset = await product.client().post('/api/auth/reset', body)
    const again = await product.client().post<Problem>('/api/auth/reset', body)

    expect(reset.status).toBe(204)
    expect([again.status, again.body.code]).toEqual([400, 'reset_invalid'])
    expect((await client.get('/api/auth/me')).status, 'the session from before').toBe(401)
    expect((await login(product.client(), email)).status, 'the old password').toBe(401)
    expect((await login(product.client(), email, body.password)).status).toBe(200)
  })

  it('is not possible with a link of more than half an hour ago', async () => {
    const { email } = await register(product)
    const token = await resetTokenFor(email)
    product.clock.advance(31 * MINUTE)
    const late = await product.client().post<Problem>('/api/auth/reset', { token, password: PASSWORD })
    expect([late.status, late.body.code]).toEqual([400, 'reset_invalid'])
  })

  it('does not tell whether an address is registered', async () => {
    const { email } = await register(product)
    const known = await product.client().post('/api/auth/reset-request', { email })
    const unknown = await product.client().post('/api/auth/reset-request', { email: 'no@example.org' })
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text])
  })

  it('does not tell it by time either: the answer does not wait for what an address that is known costs', async () => {
    const { email } = await register(product)
    const pool = createPool(product.databaseUrl, { log: silentLog, max: 1 })
    const writer = await pool.connect()
    try {
      await writer.query('BEGIN; LOCK TABLE eventstore.events IN SHARE ROW EXCLUSIVE MODE')
      const asked = await product.client().post('/api/auth/reset-request', { email })
      expect([asked.status, await mailsTo(email)]).toEqual([202, []])
    } finally {
      await writer.query('ROLLBACK')
      writer.release()
      await pool.end()
    }
    await vi.waitFor(async () => {
      expect(await mailsTo(email)).toHaveLength(1)
    }, 15_000)
  })

  it('takes no token of another kind, and its token signs nobody in', async () => {
    const { client, email } = await register(product)
    const sessionToken = client.cookies.get('gg_session') ?? ''
    const wrong = await product
      .client()
      .post<Problem>('/api/auth/reset', { token: sessionToken, password: PASSWORD })
    expect([wrong.status, wrong.body.code]).toEqual([400, 'reset_invalid'])
    const token = await resetTokenFor(email)
    const me = await product.client().get('/api/auth/me', { authorization: `Bearer ${token}` })
    expect(me.status).toBe(401)
  })
})
