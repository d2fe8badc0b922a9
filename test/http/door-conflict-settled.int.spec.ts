import { describe, expect } from 'vitest'
import type { z } from 'zod'
import type { doorConflict } from '../../src/contracts/door.ts'
import { atTheDoor } from '../support/at-the-door.ts'
import { expectStatus, register } from '../support/party.ts'

const it = atTheDoor
  /** Two gates let Grace in without knowing of each other. @returns the arrival that made the conflict */
  .extend('twice', ({ grace, north, south }) => async () => {
    const scan = { pass: grace.pass, arrivalCount: 2, outcome: 'admitted' }
    const [first] = await north.batch(north.scan(scan))
    const [second] = await south.batch(south.scan(scan))
    return { first: first?.checkInId ?? '', second: second?.checkInId ?? '' }
  })
  .extend(
    'say',
    ({ host, event }) =>
      (checkInId: string, word: 'settle' | 'reopen', client = host.client) =>
        client.post<{ code: string }>(`/api/events/${event.id}/conflicts/${checkInId}/${word}`),
  )
  .extend('conflict', ({ arrivals }) => async (): Promise<z.infer<typeof doorConflict> | undefined> => {
    const { conflicts } = await arrivals()
    expect(conflicts).toHaveLength(1)
    return conflicts[0]
  })

describe('a conflict that the host leaves as it is', () => {
  it('is resolved, says how, when and by whom, and counts nobody differently', async ({
    product,
    host,
    twice,
    say,
    conflict,
    arrivals,
    activity,
  }) => {
    const { second } = await twice()
    expect(await conflict()).toMatchObject({ checkInId: second, settled: null, resolved: false })
    const before = await arrivals()
    const answer = await say(second, 'settle')
    expect(answer.status).toBe(204)
    expect(answer.headers.get('gg-position')).toMatch(/^\d+$/)
    const at = new Date(product.clock.now()).toISOString()
    const settled = { how: 'left_as_is', at, by: `host:${host.id}` }
    expect(await conflict()).toMatchObject({ settled, resolved: true })
    const { conflicts: _, ...now } = await arrivals()
    expect(before).toMatchObject(now)
    expect((await activity())[0]).toMatchObject({
      kind: 'check_in_conflict_settled',
      sentence: 'The conflict about the arrival of Grace Hopper at South was settled: it stays as it is',
    })
  })

  it('is one fact however often it is said, and open again when the host takes it back', async ({
    twice,
    say,
    conflict,
    activity,
  }) => {
    const { second } = await twice()
    await say(second, 'settle')
    expect((await say(second, 'settle')).status).toBe(204)
    expect((await say(second, 'reopen')).status).toBe(204)
    expect((await say(second, 'reopen')).status).toBe(204)
    expect(await conflict()).toMatchObject({ settled: null, resolved: false })
    expect((await activity()).filter(({ kind }) => kind === 'check_in_conflict_settled')).toHaveLength(2)
    await say(second, 'settle')
    expect(await conflict()).toMatchObject({ settled: { how: 'left_as_is' } })
  })

  it('stays so when the guest is forgotten, and is opened again then too', async ({
    host,
    event,
    grace,
    twice,
    say,
    conflict,
  }) => {
    const { second } = await twice()
    await say(second, 'settle')
    const settled = await conflict()
    expectStatus(await host.client.post(`/api/events/${event.id}/guests/${grace.id}/forget`), 204)
    expect(await conflict()).toEqual({ ...settled, guest: { id: grace.id, name: null } })
    expect((await say(second, 'reopen')).status).toBe(204)
    expect(await conflict()).toMatchObject({ settled: null, resolved: false })
    expect((await say(second, 'settle')).status).toBe(204)
    expect(await conflict()).toMatchObject({ resolved: true })
  })

  it('is no business of a gate, nor of another host, and there is none without a conflict', async ({
    product,
    event,
    north,
    twice,
    say,
    conflict,
  }) => {
    const { first, second } = await twice()
    const path = `/api/events/${event.id}/conflicts/${second}/settle`
    const headers = { authorization: `Bearer ${north.ticket}` }
    expect((await product.client().post(path, undefined, headers)).status).toBe(401)
    const other = await register(product)
    expect((await say(second, 'settle', other.client)).status).toBe(404)
    expect((await conflict())?.settled).toBeNull()
    for (const checkInId of [first, event.id]) {
      expect(await say(checkInId, 'settle')).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
  })
})
