import { describe, expect, test } from 'vitest'
import type { ActivityItem } from '../../src/contracts/activity.ts'
import { activity } from '../../src/projections/activity.ts'
import { rsvps } from '../../src/projections/rsvps.ts'
import { activityQueries } from '../../src/projections/queries/activity.ts'
import { aGuestId, anAttemptId, anEventId, appendSteps, eventSteps, guestSteps } from '../support/facts.ts'
import { openWorld, schemaOf, settle } from './world.ts'

const EVENT = anEventId(0)
const amira = guestSteps(0, 1)
const ben = guestSteps(0, 2)
const elsewhere = guestSteps(1, 1)

const flagged = { score: 70, band: 'high' } as const
const stopped = { score: 95, band: 'block', decision: 'blocked' } as const

/** Of every opening that a host may be asked about one, and of every other one too. */
const steps = [
  eventSteps(0).created({ name: 'Gala' }),
  eventSteps(1).created({ name: 'Another' }),
  amira.invited({ name: 'Amira' }),
  ben.invited({ name: 'Ben' }),
  elsewhere.invited({ name: 'Cleo' }),
  amira.attempted(1),
  amira.scored(1, flagged),
  amira.attempted(2),
  amira.scored(2),
  ben.attempted(3),
  ben.scored(3, stopped),
  amira.attempted(4),
  amira.allowlisted(4),
  ben.attempted(5),
  ben.scored(5, flagged),
  ben.verdict(5, 'suspicious'),
  amira.attempted(6),
  amira.scored(6, { ...flagged, late: true }),
  amira.attempted(7),
  elsewhere.attempted(8),
  elsewhere.scored(8, flagged),
  amira.answered('confirmed', 2),
]

const it = test
  .extend('world', { scope: 'file' }, async ({}, { onCleanup }) => {
    const world = await openWorld()
    onCleanup(() => world.close())
    return world
  })
  .extend('projections', { scope: 'file' }, async ({ world }) => {
    const projections = world.process()
    await projections.start()
    await appendSteps(world.log, steps)
    await settle(world, projections)
    return projections
  })
  .extend('queries', { scope: 'file' }, ({ projections }) => projections.queries.activity)
  .extend('then', { scope: 'file' }, ({ world, projections, queries }) => {
    /** Lets something more happen. @returns what waits then */
    return async (...more: typeof steps) => {
      await appendSteps(world.log, more)
      await settle(world, projections)
      return queries.page(EVENT, { limit: 50, awaiting: 'verdict' })
    }
  })

const idsOf = ({ items }: { readonly items: readonly ActivityItem[] }) => items.map(({ id }) => id)
const attempts = (...numbers: number[]) => numbers.map((number) => anAttemptId(number))

describe('the openings that wait for a verdict', () => {
  it('are the flagged ones of the event that nobody judged, the newest first, with their number', async ({
    queries,
  }) => {
    const waiting = await queries.page(EVENT, { limit: 50, awaiting: 'verdict' })
    expect(idsOf(waiting)).toEqual(attempts(6, 3, 1))
    expect(waiting).toMatchObject({ waiting: 3, nextCursor: null })
    expect(waiting.items[1]).toMatchObject({ guest: { name: 'Ben' }, label: 'Blocked', score: 95 })
  })

  it('stand among all that happened with nothing said of them', async ({ queries }) => {
    const all = await queries.page(EVENT, { limit: 50 })
    expect(all).not.toHaveProperty('waiting')
    const ofThose = all.items.filter(({ label }) => label === 'Suspicious' || label === 'Blocked')
    expect(ofThose.map(({ id, verdict }) => [id, verdict])).toEqual([
      [anAttemptId(6), null],
      [anAttemptId(5), 'suspicious'],
      [anAttemptId(3), null],
      [anAttemptId(1), null],
    ])
  })

  it('are read page by page, each with the number of all and the place of the live feed', async ({
    queries,
  }) => {
    const { head } = await queries.page(EVENT, { limit: 1 })
    const first = await queries.page(EVENT, { limit: 2, awaiting: 'verdict' })
    const cursor = first.nextCursor ?? ''
    const second = await queries.page(EVENT, { limit: 2, cursor, awaiting: 'verdict' })
    expect([idsOf(first), idsOf(second)]).toEqual([attempts(6, 3), attempts(1)])
    expect([first, second]).toMatchObject([
      { waiting: 3, head },
      { waiting: 3, head, nextCursor: null },
    ])
  })

  it('can be asked for of one guest', async ({ queries }) => {
    const ofAmira = await queries.page(EVENT, { limit: 1, guest: aGuestId(1), awaiting: 'verdict' })
    expect([idsOf(ofAmira), ofAmira.waiting]).toEqual([attempts(6), 2])
  })

  it('are one less with a verdict, and the same again where it is taken back', async ({ then }) => {
    const judged = await then(ben.verdict(3, 'legitimate'))
    expect([idsOf(judged), judged.waiting]).toEqual([attempts(6, 1), 2])
    const again = await then(ben.verdictWithdrawn(3))
    expect([idsOf(again), again.waiting]).toEqual([attempts(6, 3, 1), 3])
  })

  it('are none that were let through from a device somebody had vouched for', async ({ then }) => {
    const vouched = await then(
      ben.attempted(9),
      ben.scored(9, { ...stopped, decision: 'allowed', vouched: true }),
      ben.attempted(10),
      ben.scored(10, { ...flagged, vouched: true }),
      ben.attempted(11),
      ben.scored(11, { ...flagged, vouched: true, late: true }),
    )
    expect(idsOf(vouched)).toEqual(attempts(6, 3, 1))
  })

  it('come and go with the band, when an opening is scored late or scored again', async ({ then }) => {
    expect(idsOf(await then(amira.scored(7, { ...stopped, late: true })))).toEqual(attempts(7, 6, 3, 1))
    expect(idsOf(await then(amira.rescored(6)))).toEqual(attempts(7, 3, 1))
    expect(idsOf(await then(amira.rescored(2, { score: 80, band: 'high' })))).toEqual(attempts(7, 3, 2, 1))
  })
})

describe('among many openings', () => {
  const MANY = anEventId(9)
  const schema = schemaOf(activity)

  it('those that wait, and their number, are read from an index of nothing else', async ({
    world,
    projections,
  }) => {
    await settle(world, projections)
    // One of fifty is flagged, and of those one of two is judged.
    await world.pool.query(
      `INSERT INTO ${schema}.items (key, position, rsvps_position, event_id, guest_id, item_id, kind, at, listed_at,
         told_at, details, score, band, reasons, verdict)
       SELECT $1 || '/g/' || n, n, 0, $1, 'g', n::text, 'opening', now(), n, n, '{}', 50,
         CASE WHEN n % 50 = 0 THEN 'high' ELSE 'low' END, '[]',
         CASE WHEN n % 100 = 0 THEN '{"verdict": "legitimate"}'::jsonb END
       FROM generate_series(1, 20000) n`,
      [MANY],
    )
    await world.pool.query(`VACUUM ANALYZE ${schema}.items`)

    const plans: string[] = []
    const explaining = activityQueries({
      async rows<R extends object>(sql: string, values: readonly unknown[] = []) {
        const text = sql.replaceAll('{activity}', schema).replaceAll('{rsvps}', schemaOf(rsvps))
        const { rows } = await world.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS off) ${text}`, [
          ...values,
        ])
        plans.push(rows.map((row) => row['QUERY PLAN'].trim()).join('\n'))
        return (await world.pool.query<R>(text, [...values])).rows
      },
    })
    const { nextCursor, waiting } = await explaining.page(MANY, { limit: 10, awaiting: 'verdict' })
    expect(waiting).toBe(200)
    await explaining.page(MANY, { limit: 10, awaiting: 'verdict', cursor: nextCursor ?? '' })

    const index = 'items_event_id_listed_at_idx1'
    const [, first, count, , next] = plans
    expect(first).toContain(`Index Scan Backward using ${index}`)
    expect(next).toContain(`Index Scan Backward using ${index}`)
    expect(next).toMatch(/Index Cond: \(\(event_id = .*\) AND \(listed_at < /)
    expect(count).toContain(`Index Only Scan using ${index}`)
    // Beside them only what else is told of them is looked up, by its key.
    expect([first, next, count].join('\n')).not.toMatch(/ on items i\nIndex Cond: .*\nFilter/)
  })
})
