import { describe, expect } from 'vitest'
import { atTheDoor } from '../support/at-the-door.ts'
import { expectStatus } from '../support/party.ts'

const it = atTheDoor.extend('names', ({ list }) => async (query: string) => {
  const { items, counts } = await list(query)
  return [items.map(({ name }) => name), counts.all]
})

describe('the guest list', () => {
  it('tells whom the door added from who was on it before', async ({ host, event, north, names }) => {
    const allowed = { json: { walkIns: true } }
    expectStatus(await host.client.request('PUT', `/api/events/${event.id}/door`, allowed), 200)
    const walkIn = { name: 'Margaret Hamilton', ...north.scan() }
    expectStatus(await north.post<unknown>('walk-in', walkIn), 200)

    expect(await names('?walkIn=true')).toEqual([['Margaret Hamilton'], 1])
    expect(await names('?walkIn=false')).toEqual([['Grace Hopper'], 1])
    expect(await names('?sort=name')).toEqual([['Grace Hopper', 'Margaret Hamilton'], 2])
    expect(await names('?walkIn=true&checkedIn=false')).toEqual([[], 0])
  })
})
