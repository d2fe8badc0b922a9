import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guestStream } from '../../src/events/streams.ts'
import { verifyPreview } from '../../src/projections/preview-verify.ts'
import type { Projections } from '../../src/projections/create.ts'
import { openWorld, settle, type World } from '../projections/world.ts'
import { aGuestId, anAttemptId, anEventId, appendSteps, guestSteps } from '../support/facts.ts'
import { anyHappenings, factsOf } from './histories.ts'

const ada = guestSteps(0, 1)
const bob = guestSteps(0, 2)

let world: World
let projections: Projections

beforeEach(async () => {
  world = await openWorld()
  projections = world.process()
  await projections.start()
})
afterEach(async () => {
  await world.close()
})

const verify = (event = 0) => verifyPreview(world.log, projections.queries.preview, anEventId(event))

describe('what is kept for previews', () => {
  it('is what the stream says, over random histories, live and at any moment', async () => {
    let event = 0
    await fc.assert(
      fc.asyncProperty(anyHappenings(40), async (happenings) => {
        event += 1
        const appending = appendSteps(world.log, factsOf(happenings, event))
        // In the middle of it the projection is behind the log, and still exactly where it says it is.
        expect((await verify(event)).differences).toEqual([])
        await appending
        await settle(world, projections)
        const { differences, position, parkedSince } = await verify(event)
        expect({ differences, parkedSince }).toEqual({ differences: [], parkedSince: null })
        expect(position).toBe(await world.store.head())
      }),
      { numRuns: 20 },
    )
    expect((await verify(event)).guests).toBeGreaterThan(0)
  })

  it('is the same after a rebuild', async () => {
    const [history] = fc.sample(anyHappenings(60), { numRuns: 1, seed: 5 })
    await appendSteps(world.log, factsOf(history ?? []))
    await settle(world, projections)
    const { position: _before, ...kept } = await projections.queries.preview.snapshot(anEventId())
    await projections.rebuild('preview')
    const { position: _after, ...rebuilt } = await projections.queries.preview.snapshot(anEventId())
    expect(rebuilt).toEqual(kept)
    expect((await verify()).differences).toEqual([])
  })

  it('waits as a whole for a fact of one guest that cannot be read, and catches up once it is gone', async () => {
    const unreadable = { id: randomUUID(), type: 'GuestSerenaded', data: {}, metadata: { v: 1 } }
    await appendSteps(world.log, [ada.attempted(1), ada.scored(1), guestSteps(1, 1).invited()])
    const at = await world.store.append(guestStream(anEventId(), aGuestId(3)), 'any', [unreadable])
    await appendSteps(world.log, [bob.attempted(2), bob.scored(2), guestSteps(1, 1).scored(3)])
    await settle(world, projections)

    const kept = await projections.queries.preview.snapshot(anEventId())
    expect(kept.picture.ruleSets).toEqual({ v1: 1 })
    expect(kept.parkedSince).toBe(at.position)
    // Other events, and other lists, go on.
    expect((await projections.queries.preview.snapshot(anEventId(1))).picture.ruleSets).toEqual({ v1: 1 })
    expect(await projections.queries.activity.guestOfOpening(anEventId(), anAttemptId(2))).not.toBeNull()

    await world.store.tombstone(guestStream(anEventId(), aGuestId(3)))
    expect(await projections.retry('preview')).toMatchObject({ remaining: 0 })
    await settle(world, projections)
    await appendSteps(world.log, [ada.attempted(4), ada.scored(4)])
    await settle(world, projections)
    const { differences, parkedSince, openings } = await verify()
    expect({ differences, parkedSince, openings }).toEqual({
      differences: [],
      parkedSince: null,
      openings: 3,
    })
  })
})

describe('the check', () => {
  beforeEach(async () => {
    await appendSteps(world.log, [
      ada.invited(),
      ada.attempted(1),
      ada.scored(1),
      bob.invited(),
      bob.scored(2),
    ])
    await settle(world, projections)
  })

  it('finds a count that is not what the stream says', async () => {
    await world.pool.query(`UPDATE preview_v1.pictures SET picture = jsonb_set(picture, '{scores,19}', '7')`)
    expect((await verify()).differences).toEqual([{ path: 'picture.scores.19', kept: 7, replayed: 2 }])
  })

  it('finds a guest who is missing, and one who is too many', async () => {
    await world.pool.query(`UPDATE preview_v1.guests SET guest_id = $1 WHERE guest_id = $2`, [
      aGuestId(9),
      aGuestId(2),
    ])
    const { differences } = await verify()
    expect(differences.map(({ path }) => path).toSorted()).toEqual([
      `guests.${aGuestId(2)}`,
      `guests.${aGuestId(9)}`,
    ])
  })

  it('finds an event that is not kept at all', async () => {
    await world.pool.query('DELETE FROM preview_v1.pictures')
    expect((await verify()).differences.map(({ path }) => path)).toContain('picture.scores.19')
  })
})
