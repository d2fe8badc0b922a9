import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { guestStream } from '../../src/events/streams.ts'
import { withAGuest as it } from '../support/at-an-event.ts'
import { connectLive } from '../support/live-feed.ts'
import { expectStatus, open, readModelsCaughtUp } from '../support/party.ts'
import type { TestProduct } from '../support/product.ts'

/** As if nothing of a guest could have been applied to the live monitor: it waits, and its rows are not there. */
async function parkActivity(product: TestProduct, eventId: string, guestId: string): Promise<void> {
  const db = new pg.Client({ connectionString: product.databaseUrl })
  await db.connect()
  const { rows } = await db.query<{ schema: string }>(
    `SELECT schema FROM projections.generations WHERE name = 'activity' AND state = 'active'`,
  )
  const { schema = '' } = rows[0] ?? {}
  await db.query(`DELETE FROM ${schema}.items WHERE event_id = $1 AND guest_id = $2`, [eventId, guestId])
  await db.query(
    `INSERT INTO projections.dead_letters (schema, position, unit, stream, revision, type, error)
     SELECT $1, position, stream, stream, revision, type, 'not yet' FROM eventstore.events WHERE stream = $2`,
    [schema, guestStream(eventId, guestId)],
  )
  await db.end()
}

it('sends who listens back to the list when facts are applied late, which have an earlier position', async ({
  product,
  host,
  event,
  guest,
  activity,
}) => {
  expectStatus(await open(product.client(), guest.token), 200)
  await readModelsCaughtUp(product)
  const whole = await activity()
  await parkActivity(product, event.id, guest.id)
  expect([whole.length, (await activity()).length]).toEqual([1, 0])

  const feed = await connectLive(
    host.client,
    `/api/events/${event.id}/live?after=${whole[0]?.position ?? ''}`,
  )
  onTestFinished(() => feed.close())
  await feed.atLeast(1)
  expect((await product.projections.retry('activity')).remaining).toBe(0)

  expect((await feed.atLeast(3)).map(({ type }) => type)).toEqual(['caught_up', 'reset', 'caught_up'])
  expect(await activity()).toEqual(whole)
  expectStatus(await open(product.client(), guest.token), 200)
  expect((await feed.atLeast(4)).at(-1)).toMatchObject({ type: 'item' })
})
