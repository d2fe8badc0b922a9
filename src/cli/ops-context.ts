import type { CommandContext } from '../eventstore/codec.ts'
import { commandIdOf, newId } from '../kernel/ids.ts'
import { systemClock } from '../kernel/time.ts'

/** @param what is done, such as `plans` @returns who did something from the command line, and when, as it stands in the fact */
export function opsContext(what: string): CommandContext {
  return {
    commandId: commandIdOf(newId()),
    actor: `ops:${what}`,
    at: systemClock.now(),
    correlationId: newId(),
  }
}
