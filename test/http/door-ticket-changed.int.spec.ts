import { describe, expect } from 'vitest'
import { atTheDoor as it } from '../support/at-the-door.ts'
import { aNonce, openGate } from '../support/gate.ts'
import { createEvent, expectStatus } from '../support/party.ts'

describe('a queue that is sent with the ticket of another gate', () => {
  it('counts at the gate where they came in, also of a ticket that is revoked by now', async ({
    host,
    event,
    grace,
    north,
    south,
    accepted,
    arrivals,
  }) => {
    const alan = await accepted('Alan Turing')
    const made = { deviceId: 'phone-1', outcome: 'admitted', ticketId: north.ticketId }
    const items = [
      south.scan({ ...made, pass: grace.pass, arrivalCount: 2 }),
      south.scan({ ...made, pass: grace.pass, arrivalCount: 1 }),
    ]
    const tickets = `/api/events/${event.id}/scanner-tickets`
    expectStatus(await host.client.delete(`${tickets}/${north.ticketId}`), 204)
    await south.batch(...items)
    await south.checkIn({ pass: alan.pass })

    const seen = await arrivals()
    expect(seen.byGate.map(({ gate, arrived }) => [gate, arrived])).toEqual([
      ['North', 3],
      ['South', 1],
    ])
    expect(seen.conflicts).toMatchObject([{ arrivals: [{ gate: 'North' }, { gate: 'North' }] }])
  })

  it('counts at the gate of the ticket that sends it when the other is none of the event', async ({
    product,
    host,
    grace,
    south,
    arrivals,
  }) => {
    const elsewhere = await openGate(product, host, (await createEvent(host)).id, 'Elsewhere')
    const item = { outcome: 'admitted', pass: grace.pass, nonce: aNonce(), ticketId: elsewhere.ticketId }
    expect(await south.batch(south.scan(item))).toMatchObject([{ status: 'accepted' }])
    expect((await arrivals()).byGate).toMatchObject([{ gate: 'South', arrived: 1 }])
  })
})
