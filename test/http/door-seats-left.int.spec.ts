import { describe, expect } from 'vitest'
import { atTheDoor } from '../support/at-the-door.ts'
import { expectStatus } from '../support/party.ts'

const it = atTheDoor
  .extend('capacity', ({ host, event }) => async (maxCapacity: number | null) => {
    expectStatus(await host.client.patch(`/api/events/${event.id}`, { maxCapacity }), 200)
  })
  .extend(
    'seatsLeft',
    ({ north }) =>
      async (since?: string) =>
        (await north.manifest(since)).seatsLeft,
  )

describe('the seats that a scanner knows to be left', () => {
  it('are those that nobody has, also when no guest has changed since', async ({
    north,
    capacity,
    accepted,
    seatsLeft,
  }) => {
    expect(await seatsLeft()).toBeNull()
    const { cursor } = await north.manifest()
    await capacity(5)
    expect(await seatsLeft(cursor)).toBe(3)
    await accepted('Ada Lovelace', 2)
    expect(await seatsLeft(cursor)).toBe(1)
    await capacity(null)
    expect(await seatsLeft(cursor)).toBeNull()
  })

  it('are none while somebody waits for one, as for the server', async ({
    host,
    event,
    north,
    capacity,
    accepted,
    seatsLeft,
  }) => {
    await capacity(3)
    await accepted('Ada Lovelace', 2)
    expect(await seatsLeft()).toBe(0)
    const path = `/api/events/${event.id}/door`
    expectStatus(await host.client.request('PUT', path, { json: { walkIns: true } }), 200)
    const refused = await north.post<object>('walk-in', north.scan({ name: 'Walter', arrivalCount: 1 }))
    expect(refused).toMatchObject({ status: 409, body: { code: 'event_full', seatsLeft: 0 } })
  })
})
