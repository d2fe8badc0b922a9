import { describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { routes } from '../../web/src/app/router.ts'

const event = '01JZZZZZZZZZZZZZZZZZZZZZZZ'
const guest = '01JYYYYYYYYYYYYYYYYYYYYYYY'

describe('the addresses of the dashboard', () => {
  const router = createRouter({ history: createMemoryHistory(), routes })
  const pageAt = (path: string): unknown => router.resolve(path).meta['title']

  it.each([
    ['/events', 'Events'],
    [`/events/${event}`, 'Overview'],
    [`/events/${event}/`, 'Overview'],
    [`/events/${event}/guests`, 'Guests'],
    [`/events/${event}/guests/${guest}`, 'Guest'],
    [`/events/${event}/live`, 'Live'],
    [`/events/${event}/security`, 'Security'],
    [`/events/${event}/check-in`, 'Check-in'],
  ])('%s is the page %s', (path, title) => {
    expect(pageAt(path)).toBe(title)
  })

  it.each([
    '/events/new',
    '/events/new/guests',
    `/events/${event}0`,
    `/events/${event.slice(1)}`,
    '/events/81JZZZZZZZZZZZZZZZZZZZZZZZ',
    '/events/01JZZZZZZZZZZZZZZZZZZZZZZU',
    `/events/${event}/guests/new`,
    `/events/${event}/nothing`,
  ])('%s is no page', (path) => {
    expect(pageAt(path)).toBe('Not found')
  })

  it('are made of ids', () => {
    expect(router.resolve({ name: 'guest', params: { id: event, gid: guest } }).path).toBe(
      `/events/${event}/guests/${guest}`,
    )
  })
})
