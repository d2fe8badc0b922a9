import { describe, expect, onTestFinished } from 'vitest'
import { rsvpsDecider } from '../../src/commands/rsvps/decider.ts'
import { rsvpsStream } from '../../src/events/streams.ts'
import { atTheDoor as it } from '../support/at-the-door.ts'
import { expectStatus, open, reply } from '../support/party.ts'

describe('an answer that is changed', () => {
  it('never gives away the seats of those who are inside, until their arrival is taken back', async ({
    product,
    event,
    grace,
    north,
  }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, grace.token), 200)
    const answer = (body: Readonly<Record<string, unknown>>) => reply(visitor, grace.token, rsvpToken, body)
    const { checkInId } = expectStatus(await north.checkIn({ pass: grace.pass, arrivalCount: 2 }), 200)

    const declined = await answer({ answer: 'declined' })
    expect(declined).toMatchObject({
      status: 409,
      body: {
        code: 'already_arrived',
        arrived: 2,
        detail:
          '2 of you have arrived already, so your answer stays as it is. If that is wrong, tell the people at the door.',
      },
    })
    expect((await answer({ answer: 'attending', partySize: 1 })).status).toBe(409)
    expectStatus(await answer({ answer: 'attending', partySize: 2, note: 'No nuts' }), 200)
    const seats = await product.commands.state(rsvpsDecider, rsvpsStream(event.id))
    expect(seats).toMatchObject({ confirmed: 2 })

    expectStatus(await north.undo(checkInId ?? ''), 204)
    expectStatus(await answer({ answer: 'declined' }), 200)
  })

  it('takes no seat when the guest leaves the list meanwhile', async ({
    product,
    host,
    event,
    grace,
    pathOf,
  }) => {
    const visitor = product.client()
    const { rsvpToken } = expectStatus(await open(visitor, grace.token), 200)
    // The seats of who leaves are given back, and only then the answer reaches the stream that they are counted in.
    const execute = product.commands.execute.bind(product.commands)
    onTestFinished(() => {
      product.commands.execute = execute
    })
    let left = false
    product.commands.execute = async (decider, stream, command, context) => {
      if (!left && stream === rsvpsStream(event.id)) {
        left = true
        expectStatus(await host.client.delete(pathOf(grace.id)), 204)
        const gone = async () => (await product.commands.state(rsvpsDecider, stream)).seats.has(grace.id)
        await expect.poll(gone).toBe(false)
      }
      return execute(decider, stream, command, context)
    }

    const body = { answer: 'attending', partySize: 1 }
    expect(await reply(visitor, grace.token, rsvpToken, body)).toMatchObject({
      status: 404,
      body: { code: 'link_invalid' },
    })
    const seats = await product.commands.state(rsvpsDecider, rsvpsStream(event.id))
    expect(seats).toMatchObject({ confirmed: 0 })
    expect(seats.seats.has(grace.id)).toBe(false)
  })
})
