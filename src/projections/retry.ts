import type { Decoded } from '../eventstore/log.ts'
import type { EventStore, Position } from '../eventstore/port.ts'
import type { PoolClient } from '../postgres/pool.ts'
import { announceGenerations } from './announcements.ts'
import { BatchForTarget, forgets } from './apply.ts'
import { deleteLetters, readLetters, waitsIn, writeLetters, type DeadLetter } from './dead-letters.ts'
import { Forgotten } from './forgotten.ts'
import { activeOf, lockGenerations, nextEpoch } from './generations.ts'
import type { Projection } from './projection.ts'
import type { BuildContext } from './rebuild.ts'
import { inProjection } from './transaction.ts'

export interface RetryOutcome {
  /** Facts that were applied. */
  readonly applied: number
  /** Facts that still wait. */
  readonly remaining: number
}

/** Dead letters of one transaction; it holds up the live writer for about so many round trips times four. */
const CHUNK = 100

export interface RetryContext extends BuildContext {
  readonly store: Pick<EventStore, 'readStream'>
}

/**
 * Tries again, in log order, what is parked of a projection. A fact that fails again keeps those after it in its unit
 * waiting; the others are drained.
 */
export async function retryDeadLetters(context: RetryContext, projection: Projection): Promise<RetryOutcome> {
  const forgotten = await Forgotten.load(context.pool)
  const stuck = new Map<string, Position>()
  const total = { applied: 0, remaining: 0 }
  let after: Position | undefined = 0n
  while (after !== undefined) {
    after = await inProjection(context.pool, async (client) => {
      const active = activeOf(projection, await lockGenerations(client, projection))
      if (active === undefined) return undefined
      const letters = await readLetters(client, active.schema, after ?? 0n, CHUNK)
      if (letters.length === 0) return undefined
      const solved: Position[] = []
      for (const letter of letters) {
        if (await tryLetter(context, client, projection, active.schema, letter, stuck, forgotten)) {
          solved.push(letter.position)
        }
      }
      await deleteLetters(client, active.schema, solved)
      await nextEpoch(client, active.schema)
      await announceGenerations(client, context.origin)
      total.applied += solved.length
      total.remaining += letters.length - solved.length
      return letters.at(-1)?.position
    })
  }
  return total
}

/** @returns whether the letter is done with */
async function tryLetter(
  context: RetryContext,
  client: PoolClient,
  projection: Projection,
  schema: string,
  letter: DeadLetter,
  stuck: Map<string, Position>,
  forgotten: Forgotten,
): Promise<boolean> {
  const one = await readAgain(context, letter)
  // The stream was deleted: there is nothing to apply any more.
  if (one === undefined) return true
  const placed = one.ok ? one.fact : one.record
  const waits = stuck.has(letter.unit) || waitsIn(stuck, placed, projection) !== undefined
  if (waits && !forgets(one)) return false
  const batch = forgotten.redact([one])
  await forgotten.keep(client, batch)
  const parked = new Map(waits ? [[letter.stream, letter.position]] : [])
  const { letters } = await new BatchForTarget(client, { projection, schema }, parked, true).apply(batch)
  if (letters.length === 0) return true
  stuck.set(letter.unit, letter.position)
  await writeLetters(client, schema, [{ ...letter, error: letters[0]?.error ?? letter.error }])
  return false
}

async function readAgain(context: RetryContext, letter: DeadLetter): Promise<Decoded | undefined> {
  const slice = await context.store.readStream(letter.stream, { from: letter.revision, limit: 1 })
  if (!slice.exists || slice.records.length === 0) return undefined
  // Read from its stream a record need not carry its place in the whole log.
  const records = slice.records.map((record) => ({ ...record, position: letter.position }))
  return (await context.facts.decode(records))[0]
}
