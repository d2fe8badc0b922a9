import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { newId } from '../../src/kernel/ids.ts'
import { DAY } from '../../src/kernel/time.ts'
import { issueToken } from '../../src/tokens/jwt.ts'
import { KeyRing } from '../../src/vault/key-ring.ts'
import type { TestClient } from '../support/client.ts'
import { login, PASSWORD, register } from '../support/party.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { mailedResetToken } from '../support/reset-mail.ts'

const WRONG = 'not the password'
const NEW_PASSWORD = 'a new and longer one'

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct()
})

afterAll(async () => {
  await product.stop()
})

const status = async (client: TestClient, email: string, password?: string) =>
  (await login(client, email, password)).status

async function inARow(times: number, client: TestClient, email: string, password: string) {
  const statuses = []
  for (let count = 0; count < times; count++) statuses.push(await status(client, email, password))
  return statuses
}

const all = (times: number, answer: number) => Array<number>(times).fill(answer)

/** A host in the network of a venue, with a device on which the account was signed in, and a stranger who has guessed. */
async function atAVenue(ip: string, guesses = 10, of = product) {
  const { client: device, email, id } = await register(of)
  device.ip = ip
  const stranger = of.client(ip)
  expect(await inARow(guesses, stranger, email, WRONG)).toEqual(all(guesses, 401))
  return { device, email, id, stranger }
}

function visitorWith(cookie: string, ip: string, of = product): TestClient {
  const visitor = of.client(ip)
  visitor.cookies.set('gg_device', cookie)
  return visitor
}

const cookieOf = (device: TestClient) => {
  const cookie = device.cookies.get('gg_device')
  if (cookie === undefined) throw new Error('the device holds no cookie')
  return cookie
}

describe('a device on which the account was signed in', () => {
  it('signs in although strangers of its network have used up the tries, and they stay locked out', async () => {
    const { device, email, stranger } = await atAVenue('203.0.113.30')
    expect(await status(stranger, email)).toBe(429)
    expect(await status(device, email)).toBe(200)
    expect(await status(stranger, email)).toBe(429)
  })

  it('signs in although strangers behind its address have used up the tries for all accounts', async () => {
    const ip = '203.0.113.31'
    const { device, email, stranger } = await atAVenue(ip, 0)
    for (let count = 0; count < 30; count++) await status(stranger, `nobody-${String(count)}@example.org`)
    expect(await status(product.client(ip), email)).toBe(429)
    expect(await status(device, email)).toBe(200)
  })

  it('is known after signing out, also on a day when it signed in and the account was there already', async () => {
    const { email } = await register(product)
    const device = product.client('203.0.113.32')
    expect(await status(device, email)).toBe(200)
    expect((await device.post('/api/auth/logout')).status).toBe(204)
    expect([...device.cookies.keys()]).toEqual(['gg_device'])
    await inARow(10, product.client(device.ip), email, WRONG)
    expect(await status(device, email)).toBe(200)
  })

  it('has ten wrong tries of its own, and is then refused as any other, wherever it goes', async () => {
    const { device, email } = await atAVenue('203.0.113.33')
    expect(await inARow(10, device, email, WRONG)).toEqual(all(10, 401))
    const { status: refused, body } = await login(device, email)
    expect([refused, body.code]).toEqual([429, 'rate_limited'])
    expect(body).toHaveProperty('retryAfter', expect.closeTo(15 * 60, -2))
    device.ip = '198.51.100.33'
    expect(await status(device, email), 'in another network').toBe(429)
    expect(await status(product.client(device.ip), email), 'another device there').toBe(200)
  })

  it('has no more of them for the right ones between them', async () => {
    const { device, email } = await atAVenue('203.0.113.34', 0)
    expect(await inARow(9, device, email, WRONG)).toEqual(all(9, 401))
    expect(await inARow(2, device, email, PASSWORD)).toEqual(all(2, 200))
    expect(await inARow(2, device, email, WRONG)).toEqual([401, 429])
  })

  it('is not outrun by guesses at the same moment', async () => {
    const { device, email } = await atAVenue('203.0.113.35', 0)
    const guesses = await Promise.all(Array.from({ length: 15 }, () => status(device, email, WRONG)))
    expect(guesses.toSorted()).toEqual([...all(10, 401), ...all(5, 429)])
  })

  it('takes nothing from its network, nor from another device of the account', async () => {
    const { device, email } = await atAVenue('203.0.113.36', 0)
    const other = product.client(device.ip)
    expect(await status(other, email)).toBe(200)
    expect(await inARow(35, device, email, WRONG)).toEqual([...all(10, 401), ...all(25, 429)])
    expect(await status(other, email)).toBe(200)
    expect(await status(product.client(device.ip), email)).toBe(200)
  })

  it('shares thirty tries a minute with the others of the account, or each would be worth as many hashes', async () => {
    const { device, email } = await atAVenue('203.0.113.37', 0)
    const other = product.client(device.ip)
    expect(await status(other, email)).toBe(200)
    expect(await inARow(30, device, email, PASSWORD)).toEqual(all(30, 200))
    expect(await inARow(12, other, email, PASSWORD)).toEqual(all(12, 429))
    const { body } = await login(other, email)
    expect(body, 'none of these was wrong').toHaveProperty('retryAfter', expect.closeTo(60, -2))
    expect(await status(product.client(device.ip), email), 'a device that is not known').toBe(200)
  })
})

describe('a device cookie', () => {
  it('is kept from scripts and other sites, and sent to nothing but what asks for passwords', async () => {
    const { email } = await register(product)
    const [, cookie] = (await login(product.client(), email)).headers.getSetCookie()
    expect(cookie).toMatch(
      /^gg_device=[\w.-]+; Max-Age=31536000; Path=\/api\/auth; HttpOnly; SameSite=Strict$/,
    )
  })

  it('says nothing about the host but an id', async () => {
    const { client, id } = await register(product)
    const [, payload = ''] = cookieOf(client).split('.')
    const { gg } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { gg: object }
    expect(gg).toEqual({ hostId: id, deviceId: expect.stringMatching(/^[0-9A-Z]{26}$/) as string })
  })

  it('of another account does not help, and that account does not pay for the guesses', async () => {
    const { email, device } = await atAVenue('203.0.113.40')
    const other = await register(product)
    const guesser = visitorWith(cookieOf(other.client), device.ip)
    expect(await status(guesser, email)).toBe(429)
    guesser.ip = '198.51.100.40'
    expect(await inARow(11, guesser, email, WRONG)).toEqual([...all(10, 401), 429])
    other.client.ip = guesser.ip
    expect(await status(other.client, other.email)).toBe(200)
  })

  it('does not tell whether an address is registered', async () => {
    const ip = '203.0.113.41'
    const { email, device } = await atAVenue(ip)
    const guesser = visitorWith(cookieOf((await register(product)).client), ip)
    const nobody = 'nobody-at-all@example.org'
    expect(await inARow(10, guesser, nobody, WRONG)).toEqual(all(10, 401))
    const [known, unknown] = [await login(guesser, email), await login(guesser, nobody)]
    const wordsOf = ({ body }: { body: Problem }) => [body.code, body.title, body.detail]
    expect([unknown.status, ...wordsOf(unknown)]).toEqual([known.status, ...wordsOf(known)])
    expect([known.headers.getSetCookie(), unknown.headers.getSetCookie()]).toEqual([[], []])
    expect(await status(device, email)).toBe(200)
  })

  it('that is forged, altered or of another kind is as none', async () => {
    const { device, email, id } = await atAVenue('203.0.113.42')
    const genuine = cookieOf(device)
    const content = { hostId: id, deviceId: newId() }
    const foreignRing = new KeyRing([randomBytes(32)])
    const [header = '', , signature = ''] = genuine.split('.')
    const [, foreignPayload = ''] = cookieOf((await register(product)).client).split('.')
    const useless = {
      'under another master key': await issueToken(foreignRing, 'device', content, product.clock.now()),
      'with the content of another': [header, foreignPayload, signature].join('.'),
      'without a signature': genuine.slice(0, genuine.lastIndexOf('.') + 1),
      'a session of the same host': device.cookies.get('gg_session') ?? '',
      'no token at all': '%ff',
    }
    for (const [what, cookie] of Object.entries(useless)) {
      expect(await status(visitorWith(cookie, device.ip), email), what).toBe(429)
    }
    expect(await status(visitorWith(genuine, device.ip), email)).toBe(200)
  })

  it('signs nobody in', async () => {
    const { client } = await register(product)
    const visitor = product.client()
    visitor.cookies.set('gg_session', cookieOf(client))
    expect((await visitor.get('/api/auth/me')).status).toBe(401)
    const authorization = `Bearer ${cookieOf(client)}`
    expect((await product.client().get('/api/auth/me', { authorization })).status).toBe(401)
    expect((await product.client().get('/api/check-in/manifest', { authorization })).status).toBe(401)
  })

  it('lasts a year from the last time the account was signed in there', async () => {
    const other = await startTestProduct()
    try {
      const { device, email } = await atAVenue('203.0.113.43', 10, other)
      const first = cookieOf(device)
      other.clock.advance(300 * DAY)
      expect(await status(device, email)).toBe(200)
      other.clock.advance(66 * DAY)
      expect(await status(visitorWith(first, device.ip, other), email)).toBe(429)
      expect(await status(device, email)).toBe(200)
    } finally {
      await other.stop()
    }
  })
})

describe('choosing a new password by mail', () => {
  async function chooseNewPassword(client: TestClient, email: string): Promise<void> {
    product.clock.advance(2_000)
    expect((await client.post('/api/auth/reset-request', { email })).status).toBe(202)
    const token = await mailedResetToken(product, email)
    const reset = await client.post('/api/auth/reset', { token, password: NEW_PASSWORD })
    expect(reset.status).toBe(204)
  }

  it('makes strangers of the devices from before: somebody else may have had the old one', async () => {
    const { device, email } = await atAVenue('203.0.113.50', 0)
    await chooseNewPassword(product.client(), email)
    await inARow(10, product.client(device.ip), email, WRONG)
    expect(await status(device, email, NEW_PASSWORD)).toBe(429)
    device.ip = '198.51.100.50'
    expect(await status(device, email, NEW_PASSWORD)).toBe(200)
    await inARow(10, product.client(device.ip), email, WRONG)
    expect(await status(device, email, NEW_PASSWORD), 'known again').toBe(200)
  })

  it('makes the device it was chosen on known, however fast strangers go on guessing', async () => {
    const { email, stranger } = await atAVenue('203.0.113.51')
    const device = product.client(stranger.ip)
    await chooseNewPassword(device, email)
    expect([...device.cookies.keys()]).toEqual(['gg_device'])
    expect(await inARow(11, stranger, email, WRONG)).toEqual([...all(10, 401), 429])
    expect(await status(device, email, NEW_PASSWORD)).toBe(200)
  })

  it('gives a device that had used up its tries new ones', async () => {
    const { device, email } = await atAVenue('203.0.113.52', 0)
    await inARow(10, device, email, WRONG)
    expect(await status(device, email)).toBe(429)
    await chooseNewPassword(device, email)
    expect(await status(device, email, NEW_PASSWORD)).toBe(200)
  })
})
