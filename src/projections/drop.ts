import type { PoolClient } from '../postgres/pool.ts'
import { dropGeneration, lockGenerations, readGenerations, type GenerationState } from './generations.ts'
import { writersOf } from './locks.ts'
import type { Projection } from './projection.ts'

/** Drops the tables of this version that are in one of these states. @returns their schemas */
export async function dropGenerations(
  client: PoolClient,
  projection: Projection,
  states: readonly GenerationState[],
): Promise<string[]> {
  const generations = await lockGenerations(client, projection)
  const found = generations.filter((one) => states.includes(one.state)).map(({ schema }) => schema)
  for (const schema of found) await dropGeneration(client, schema)
  return found
}

/**
 * Drops the tables of earlier versions, once this one is in use and no process of an earlier release writes the older.
 * @returns their schemas
 */
export async function dropEarlierVersions(client: PoolClient, projection: Projection): Promise<string[]> {
  const all = await readGenerations(client, [projection.name])
  if (!all.some(({ version, state }) => version === projection.version && state === 'active')) return []
  const dropped: string[] = []
  for (const { schema, version } of all.filter((one) => one.version < projection.version)) {
    if ((await writersOf(client, [{ ...projection, version }])).size > 0) continue
    await dropGeneration(client, schema)
    dropped.push(schema)
  }
  return dropped
}
