import { expect, it } from 'vitest'
import { pathOf } from '../../src/http/problem.ts'

const TOKEN = `QUJD${'x'.repeat(68)}`

it.each([
  [`/r/${TOKEN}`, '/r/QUJDxx…'],
  [`/api/rsvp/${TOKEN}/open?x=${TOKEN}`, '/api/rsvp/QUJDxx…/open'],
  ['/r/short', '/r/short…'],
  [`//r/${TOKEN}`, '//r/QUJDxx…'],
  [`/R/${TOKEN}/`, '/R/QUJDxx…/'],
  [`/${TOKEN}`, '/QUJDxx…'],
])('shows no token of a guest in %s', (url, shown) => {
  expect(pathOf(url)).toBe(shown)
})

it('leaves ids and names of files as they are', () => {
  const path = '/api/events/01JZ0000000000000000000000/guests/01JZ0000000000000000000001'
  expect(pathOf(path)).toBe(path)
  expect(pathOf('/assets/dashboard-B1c2D3e4.js')).toBe('/assets/dashboard-B1c2D3e4.js')
})
