import { describe, expect } from 'vitest'
import { atTheDoor as it } from '../support/at-the-door.ts'
import { aNonce } from '../support/gate.ts'
import { expectStatus } from '../support/party.ts'

describe('an arrival without a connection that the server would have refused', () => {
  it('is answered with what was against it, also when it is sent again', async ({ host, event, north }) => {
    const path = `/api/events/${event.id}`
    expectStatus(await host.client.patch(path, { maxCapacity: 2 }), 200)
    expectStatus(await host.client.request('PUT', `${path}/door`, { json: { walkIns: true } }), 200)
    const walkIn = north.scan({ walkIn: { name: 'Walter Late' }, outcome: 'admitted' })
    const said = { result: 'conflict', reason: 'not_admissible', refusal: 'not_attending' }
    expect(await north.batch(walkIn)).toMatchObject([{ status: 'conflict', ...said }])
    expect(await north.batch(walkIn)).toMatchObject([{ status: 'duplicate', ...said }])
  })

  it('has it in the answer of a check-in too, and nothing where nothing was against it', async ({
    host,
    event,
    grace,
    north,
    south,
  }) => {
    const scan = { pass: grace.pass, offline: true, arrivedBefore: 0 }
    expect((await north.checkIn(scan)).body).toMatchObject({ result: 'admitted', refusal: null })
    expect((await south.checkIn({ ...scan, arrivalCount: 2 })).body).toMatchObject({
      ...{ result: 'conflict', reason: 'admitted_twice', refusal: null },
    })
    expectStatus(await host.client.delete(`/api/events/${event.id}/guests/${grace.id}`), 204)
    const late = { ...scan, nonce: aNonce(), arrivedBefore: 2 }
    const removed = { result: 'conflict', reason: 'not_admissible', refusal: 'removed' }
    expect((await north.checkIn(late)).body).toMatchObject(removed)
    expect((await north.checkIn(late)).body).toMatchObject(removed)
  })
})
