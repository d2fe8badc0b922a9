import type { Actor } from '../../../src/events/fact.ts'
import type { Fact } from '../../../src/events/registry.ts'
import type { Log } from '../../../src/eventstore/log.ts'
import type { Position } from '../../../src/eventstore/port.ts'
import { commandIdOf, factId } from '../../../src/kernel/ids.ts'
import type { Step } from './step.ts'

/** 2026-06-01T10:00:00Z; every further fact comes a second later. */
export const START = Date.UTC(2026, 5, 1, 10)

const actor: Actor = 'system:test'

/** What the log would give back for these steps, without a log. */
export function asFacts(steps: readonly Step[], firstPosition = 1n): Fact[] {
  const revisions = new Map<string, number>()
  return steps.map(({ stream, fact }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    const commandId = commandIdOf('step', stream, String(revision))
    return {
      ...fact,
      id: factId(commandId, stream, 0),
      stream,
      revision,
      position: firstPosition + BigInt(index),
      at: START + index * 1_000,
      actor,
      correlationId: commandId,
      causationId: commandId,
      requestDigest: null,
    }
  })
}

let appended = 0

/** Appends steps one by one through the log. @returns the position of the last */
export async function appendSteps(log: Log, steps: readonly Step[]): Promise<Position> {
  let position: Position = 0n
  for (const { stream, fact } of steps) {
    appended += 1
    const commandId = commandIdOf('append', String(process.pid), String(appended))
    const context = { commandId, actor, at: START + appended * 1_000, correlationId: commandId }
    position = (await log.append(stream, 'any', [{ facts: [fact], context }])).position
  }
  return position
}

/** Appends many steps quickly: those of one stream in one append, streams side by side. */
export async function appendTogether(log: Log, steps: readonly Step[]): Promise<void> {
  const streams = Map.groupBy(steps, (step) => step.stream)
  await Promise.all(
    [...streams].map(([stream, own]) => {
      appended += 1
      const commandId = commandIdOf('together', String(process.pid), String(appended))
      const context = { commandId, actor, at: START + appended * 1_000, correlationId: commandId }
      return log.append(stream, 'any', [{ facts: own.map((step) => step.fact), context }])
    }),
  )
}
