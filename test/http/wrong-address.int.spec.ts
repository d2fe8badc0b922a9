import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { pathWith } from '../support/openapi.ts'
import { startTestProduct, type TestProduct } from '../support/product.ts'
import { rawBytes, rawRequest } from '../support/raw-request.ts'
import { asJson, judge, named, nextAddress, Walk } from './walk.ts'
import { WRONG_QUERY_VALUES, WRONG_SEGMENTS } from './wrong-values.ts'

// Every test sends hundreds of requests, more with each route of the product.
vi.setConfig({ testTimeout: 90_000 })

let product: TestProduct
let walk: Walk

beforeAll(async () => {
  product = await startTestProduct()
  walk = await Walk.begin(product)
})

afterAll(async () => {
  await product.stop()
})

describe('a wrong address', () => {
  it('with a part that is no id is refused by every route', async () => {
    for (const route of walk.routes) {
      for (const name of [...route.path.matchAll(/\{(\w+)\}/g)].map(([, found]) => found ?? '')) {
        for (const segment of WRONG_SEGMENTS) {
          const path = pathWith(route.path, { ...walk.scene.values, [name]: segment })
          const change = route.body === null ? {} : asJson({})
          judge(await walk.send(route, { ...change, path }), `${named(route)} at ${path.slice(0, 120)}`, true)
        }
      }
    }
  })

  it('with a query that nobody understands is refused or survived by every route', async () => {
    for (const route of walk.routes.filter(({ query }) => Object.keys(query).length > 0)) {
      const path = pathWith(route.path, walk.scene.values)
      const unknown = ['?nobody=knows', '?__proto__=1', '?constructor[prototype]=1']
      for (const query of unknown)
        judge(await walk.send(route, { path: path + query }), named(route) + query, true)
      for (const name of Object.keys(route.query)) {
        for (const value of WRONG_QUERY_VALUES) {
          for (const query of [
            `?${name}=${value}`,
            `?${name}=${value}&${name}=${value}`,
            `?${name}[]=${value}`,
          ]) {
            judge(await walk.send(route, { path: path + query }), `${named(route)}${query.slice(0, 80)}`)
          }
        }
      }
    }
  })

  it('with a cursor that no list gave is refused by every list in every order', async () => {
    const cursors = [
      [],
      [1, 2],
      ['a', 'b', 'c'],
      ['a\0', 'b'],
      ['1', 'b\0'],
      ['99999999999999999999', 'b'],
      ['1e3', 'b'],
    ].map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'))
    const lists = walk.routes.filter(({ query }) => 'cursor' in query)
    expect(lists.length).toBeGreaterThanOrEqual(3)
    for (const list of lists) {
      const orders =
        'sort' in list.query ? ['&sort=name', '&sort=-name', '&sort=created', '&sort=-risk'] : ['']
      for (const query of orders.flatMap((sort) => cursors.map((cursor) => `?cursor=${cursor}${sort}`))) {
        const path = pathWith(list.path, walk.scene.values) + query
        // Any two texts are a place in a list by name.
        const byName = query.includes('name') || list.path.endsWith('/missing')
        const mayBe = byName && cursors.slice(5).some((one) => query.includes(one))
        judge(await walk.send(list, { path }), `${named(list)}${query}`, !mayBe)
      }
    }
  })

  it.each([
    ['a percent sign', '/%'],
    ['a wrong escape', '/%zz'],
    ['a byte that is no letter', '/%ff'],
    ['an overlong dot', '/api/%c0%ae%c0%ae/events'],
    ['a way up, escaped', '/api/events/%2e%2e/%2e%2e/etc/passwd'],
    ['doubled slashes', '//api//events'],
    ['a way up', '/api/../../../etc/passwd'],
    ['a link with a wrong escape', '/r/%zz'],
    ['a way out of the assets', '/assets/%2e%2e%2f%2e%2e%2fmaster.key'],
    ['a way out of the documents', '/docs/static/%2e%2e%2f%2e%2e%2fpackage.json'],
    ['a page with a wrong escape', '/events/%zz'],
    ['a link with a way up', '/r/..%2f..'],
    ['a path of 10,000 letters', `/${'x'.repeat(10_000)}`],
    ['a query of 12,000 letters', `/api/events?${'x=1&'.repeat(3_000)}`],
    ['half an escape in a query', '/api/events?cursor=%'],
  ])('such as %s is refused by the server as a whole', async (_what, path) => {
    const answer = await rawRequest(walk.base, 'GET', path, { 'x-forwarded-for': nextAddress() })
    if (answer.contentType.includes('html')) expect(answer.status).toBeLessThan(500)
    else judge(answer, path, true)
  })

  it('with a method that it does not have is refused by every route', async () => {
    const paths = new Set(walk.routes.map(({ path }) => path))
    for (const path of paths) {
      const known = walk.routes.filter((route) => route.path === path).map(({ method }) => method)
      for (const method of [
        'GET',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'TRACE',
        'PROPFIND',
        'LOCK',
        'QUERY',
      ]) {
        if (known.includes(method)) continue
        const address = pathWith(path, walk.scene.values)
        const answer = await rawRequest(walk.base, method, address, { 'x-forwarded-for': nextAddress() })
        judge(answer, `${method} ${path}`, true)
      }
    }
  })
})

describe('what is not HTTP', () => {
  it.each([
    ['words', 'hello there\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: nothing\r\n\r\n'],
    ['a length that is none', 'POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n'],
    [
      'two lengths that differ',
      'POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks, the way requests are smuggled',
      'POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['headers larger than are read', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`],
  ])('such as %s is answered as a problem', async (_what, bytes) => {
    judge(await rawBytes(walk.base, bytes), JSON.stringify(bytes.slice(0, 60)), true)
  })
})
