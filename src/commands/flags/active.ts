import { flagsStream } from '../../events/streams.ts'
import type { Clock } from '../../kernel/time.ts'
import type { CommandHandler } from '../handle.ts'
import { lookedUp } from '../looked-up.ts'
import { flagsDecider, type FlagState } from './decider.ts'

/** @returns the flags as they are, or were a moment ago */
export function activeFlags(commands: CommandHandler, clock: Clock): () => Promise<FlagState> {
  return lookedUp(() => commands.state(flagsDecider, flagsStream), clock)
}
