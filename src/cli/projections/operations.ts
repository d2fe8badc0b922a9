import { createOperations, type ProjectionOperations } from '../../projections/operations.ts'
import type { RebuildProgress } from '../../projections/rebuild.ts'
import { UsageError, type CommandRun } from '../command.ts'
import { quietLogger } from '../logger.ts'
import { didYouMean } from '../suggest.ts'

/** @returns the projections of the installation, to be worked on beside the product */
export async function openOperations({ open }: CommandRun): Promise<ProjectionOperations> {
  const { pool, log: facts, store } = await open()
  return createOperations({ pool, facts, store, log: quietLogger })
}

/** @param which a projection, or `all`. @throws UsageError for a projection that there is not */
export function namesOf({ names }: ProjectionOperations, which: string): readonly string[] {
  if (which === 'all') return names
  if (names.includes(which)) return [which]
  throw new UsageError(
    `There is no projection ${which}.${didYouMean(which, names)} There are: ${names.join(', ')}.`,
  )
}

/** @returns what tells the progress of projections that are built together: of the one that is furthest behind */
export function meterOf({ meter }: CommandRun): (progress: RebuildProgress) => void {
  const latest = new Map<string, RebuildProgress>()
  return (progress) => {
    latest.set(progress.projection, progress)
    const slowest = [...latest.values()].reduce((a, b) => (a.position <= b.position ? a : b))
    meter.show({
      label: latest.size === 1 ? slowest.projection : `${String(latest.size)} projections`,
      done: Number(slowest.position),
      total: Number(slowest.head),
      perSecond: slowest.factsPerSecond,
      etaSeconds: slowest.etaSeconds,
    })
  }
}
