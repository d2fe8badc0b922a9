import type { CommandHandler } from '../commands/handle.ts'
import { guestDecider } from '../commands/guest/decider.ts'
import { rsvpsDecider } from '../commands/rsvps/decider.ts'
import { guestStream, guestSubject, rsvpsStream } from '../events/streams.ts'
import type { Clock } from '../kernel/time.ts'
import type { JobHandler } from './jobs.ts'
import { departures } from './reactions.ts'
import { reactionContext } from './reaction-context.ts'

export interface DepartureOptions {
  readonly commands: CommandHandler
  readonly vault: { forget(subjects: readonly string[]): Promise<void> }
  readonly clock: Clock
}

/** Gives back the seats of a guest who left the list; deletes the key of one who is forgotten. */
export function departureHandler({ commands, vault, clock }: DepartureOptions): JobHandler<'departure'> {
  return async ({ data }) => {
    const { eventId, guestId, forgotten } = data
    if (forgotten) await vault.forget([guestSubject(eventId, guestId)])
    const guest = await commands.state(guestDecider, guestStream(eventId, guestId))
    // Put back on the list before this ran: the answer stays theirs.
    if (guest.kind === 'missing' || guest.gone === null) return
    const context = reactionContext(departures.name, data, 'withdraw', clock.now())
    await commands.execute(rsvpsDecider, rsvpsStream(eventId), { kind: 'withdraw', guestId }, context)
  }
}
