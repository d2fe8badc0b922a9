import type { CommandContext } from '../eventstore/codec.ts'
import { commandIdOf } from '../kernel/ids.ts'

/** Of a job: the fact it follows from. */
export interface Cause {
  readonly factId: string
  readonly correlationId: string
}

/**
 * The context of a command that a process manager gives.
 * @param process name of the process manager; the command is the same command for the same fact and step
 * @param at milliseconds since the epoch
 */
export function reactionContext(
  process: string,
  { factId, correlationId }: Cause,
  step: string,
  at: number,
): CommandContext {
  return {
    commandId: commandIdOf(process, factId, step),
    actor: `system:${process}`,
    at,
    correlationId,
  }
}
