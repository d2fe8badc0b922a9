import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import type { OutboxMessage } from '../../src/http/deps.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { TestClient } from '../support/client.ts'
import { silentLog } from '../support/log.ts'
import { addGuest, createEvent, expectStatus, login, PASSWORD, register } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct()
})

afterAll(async () => {
  await product.stop()
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
