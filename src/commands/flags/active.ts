import { flagsStream } from '../../events/streams.ts'
import { SECOND, type Clock } from '../../kernel/time.ts'
import type { CommandHandler } from '../handle.ts'
import { flagsDecider, type FlagState } from './decider.ts'

/** How long a switch may take until every process follows it: requests do not look it up one by one. */
const REFRESH = 2 * SECOND

/** @returns the flags as they are, at most `REFRESH` old */
export function activeFlags(commands: CommandHandler, clock: Clock): () => Promise<FlagState> {
  let looked = -Infinity
  let active: Promise<FlagState> | undefined
  return () => {
    const now = clock.now()
    // Also once the clock was set back: how old it is can no longer be told.
    if (active === undefined || now < looked || now - looked >= REFRESH) {
      looked = now
      const fresh = commands.state(flagsDecider, flagsStream)
      fresh.catch(() => {
        looked = -Infinity
      })
      active = fresh
    }
    return active
  }
}
