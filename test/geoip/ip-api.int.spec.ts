import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ipApiResolver } from '../../src/geoip/ip-api.ts'
import { MINUTE, SECOND } from '../../src/kernel/time.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const lagos = { status: 'success', countryCode: 'NG', city: 'Lagos', lat: 6.4541, lon: 3.3947 }
const inLagos = { country: 'NG', city: 'Lagos', lat: 6.4541, lon: 3.3947, accuracyKm: null }

const say =
  (body: unknown, headers: Record<string, string> = {}, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

const cleanUps: (() => void)[] = []

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

/** The service of the test, on loopback. `server.answer` may be changed between requests. */
async function setUp(answer: Answer, timeoutMs = 5_000) {
  const service = { answer, asked: [] as string[] }
  const server = createServer((request, response) => {
    service.asked.push(request.url ?? '')
    service.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clock = { time: 1_780_000_000_000, now: () => clock.time }
  const warnings: string[] = []
  const baseUrl = `http://127.0.0.1:${String(port)}`
  const resolver = ipApiResolver({ baseUrl, timeoutMs, clock }, (message) => warnings.push(message))
  cleanUps.push(() => {
    resolver.close()
    server.closeAllConnections()
    server.close()
  })
  return { service, clock, warnings, resolver }
}

/** Public addresses that differ from test to test and from index to index. */
const address = (index: number) => `41.203.64.${String(index)}`

describe('the service ip-api.com', () => {
  it('is asked once for an address, for the fields that are used, and remembered', async () => {
    const { service, resolver } = await setUp(say(lagos))
    expect(await resolver.lookup('::ffff:41.203.64.1')).toEqual(inLagos)
    expect(await resolver.lookup('41.203.64.1')).toEqual(inLagos)
    expect(service.asked).toEqual(['/json/41.203.64.1?fields=status,countryCode,city,lat,lon'])
  })

  it('is asked once by callers at the same time', async () => {
    const { service, resolver } = await setUp(say(lagos))
    const places = await Promise.all([resolver.lookup(address(1)), resolver.lookup(address(1))])
    expect(places).toEqual([inLagos, inLagos])
    expect(service.asked).toHaveLength(1)
  })

  it('is never told an address that is not public', async () => {
    const { service, resolver } = await setUp(say(lagos))
    for (const ip of ['192.168.1.1', '::1', '203.0.113.7', 'nobody'])
      expect(await resolver.lookup(ip)).toBeNull()
    expect(service.asked).toEqual([])
  })

  it('may know nothing of an address, which is remembered too', async () => {
    const { service, resolver } = await setUp(say({ status: 'fail', message: 'reserved range' }))
    expect(await resolver.lookup(address(1))).toBeNull()
    expect(await resolver.lookup(address(1))).toBeNull()
    expect(service.asked).toHaveLength(1)
  })

  it('is not believed about 0,0', async () => {
    const { resolver } = await setUp(say({ ...lagos, lat: 0, lon: 0 }))
    expect(await resolver.lookup(address(1))).toBeNull()
  })

  it('is left alone for X-Ttl seconds when X-Rl says that no request is left', async () => {
    const { service, clock, resolver } = await setUp(say(lagos, { 'X-Rl': '0', 'X-Ttl': '37' }))
    expect(await resolver.lookup(address(1))).toEqual(inLagos)
    clock.time += 37 * SECOND - 1
    expect(await resolver.lookup(address(2))).toBeNull()
    expect(await resolver.lookup(address(1))).toEqual(inLagos)
    clock.time += 1
    expect(await resolver.lookup(address(2))).toEqual(inLagos)
    expect(service.asked).toHaveLength(2)
  })

  it.each([
    ['X-Ttl', { 'X-Rl': '0', 'X-Ttl': '12' }, 12 * SECOND],
    ['a minute without X-Ttl', {}, MINUTE],
    ['an hour at most', { 'X-Ttl': '999999' }, 60 * MINUTE],
  ])('is left alone for %s after a 429', async (_what, headers, pause) => {
    const { service, clock, warnings, resolver } = await setUp(say('', headers, 429))
    expect(await resolver.lookup(address(1))).toBeNull()
    service.answer = say(lagos)
    clock.time += pause - 1
    expect(await resolver.lookup(address(1))).toBeNull()
    expect(service.asked).toHaveLength(1)
    clock.time += 1
    expect(await resolver.lookup(address(1))).toEqual(inLagos)
    expect(warnings).toEqual([expect.stringContaining('fewer requests')])
  })

  it.each<[string, Answer]>([
    ['malformed JSON', say('{"status":')],
    ['JSON of another shape', say({ hello: 'world' })],
    ['an error of the server', say('oops', {}, 503)],
    [
      'a redirect, even to a good answer',
      (request, response) => {
        if (request.url?.startsWith('/json') === true)
          say('', { location: '/elsewhere' }, 302)(request, response)
        else say(lagos)(request, response)
      },
    ],
    ['a broken connection', (request) => request.socket.destroy()],
  ])(
    'fails with %s: no place, nothing remembered, asked again until three failures',
    async (_what, answer) => {
      const { service, clock, warnings, resolver } = await setUp(answer)
      for (const index of [1, 1, 1]) expect(await resolver.lookup(address(index))).toBeNull()
      expect(service.asked).toHaveLength(3)
      expect(warnings).toEqual([expect.stringContaining('not asked for 30 s')])

      service.answer = say(lagos)
      expect(await resolver.lookup(address(1))).toBeNull()
      expect(service.asked).toHaveLength(3)
      clock.time += 30 * SECOND
      expect(await resolver.lookup(address(1))).toEqual(inLagos)
    },
  )

  it('times out and counts that as a failure', async () => {
    const { service, warnings, resolver } = await setUp(() => undefined, 20)
    const lookUps = [1, 2, 3].map((index) => resolver.lookup(address(index)))
    expect(await Promise.all(lookUps)).toEqual([null, null, null])
    expect(warnings).toEqual([expect.stringContaining('TimeoutError')])
    service.answer = say(lagos)
    expect(await resolver.lookup(address(4))).toBeNull()
    expect(service.asked.filter((url) => url.includes(address(4)))).toEqual([])
  })

  it('answers at most four requests at once; a fifth address has no place this time', async () => {
    const held: ServerResponse[] = []
    const { service, resolver } = await setUp((_request, response) => held.push(response))
    const four = [1, 2, 3, 4].map((index) => resolver.lookup(address(index)))
    expect(await resolver.lookup(address(5))).toBeNull()
    await expect.poll(() => held.length).toBe(4)
    for (const response of held) response.end(JSON.stringify(lagos))
    expect(await Promise.all(four)).toEqual([inLagos, inLagos, inLagos, inLagos])
    service.answer = say(lagos)
    expect(await resolver.lookup(address(5))).toEqual(inLagos)
  })

  it('lets a caller go whose time is up, and keeps the answer for the next', async () => {
    const held: ServerResponse[] = []
    const { service, resolver } = await setUp((_request, response) => held.push(response))
    const budget = new AbortController()
    const hurried = resolver.lookup(address(1), { signal: budget.signal })
    const patient = resolver.lookup(address(1))
    await expect.poll(() => held.length).toBe(1)
    budget.abort()
    expect(await hurried).toBeNull()
    expect(await resolver.lookup(address(1), { signal: budget.signal })).toBeNull()
    held[0]?.end(JSON.stringify(lagos))
    expect(await patient).toEqual(inLagos)
    expect(await resolver.lookup(address(1), { signal: budget.signal })).toEqual(inLagos)
    expect(service.asked).toHaveLength(1)
  })

  it('is not asked any more once closed, and callers who wait are let go', async () => {
    const { service, warnings, resolver } = await setUp(() => undefined)
    const waiting = resolver.lookup(address(1))
    await expect.poll(() => service.asked.length).toBe(1)
    resolver.close()
    expect(await waiting).toBeNull()
    expect(await resolver.lookup(address(2))).toBeNull()
    expect(service.asked).toHaveLength(1)
    expect(warnings).toEqual([])
  })
})
