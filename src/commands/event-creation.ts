import type { CommandContext } from '../eventstore/codec.ts'
import type { Position } from '../eventstore/port.ts'
import { rsvpsStream, settingsStream, slugStream } from '../events/streams.ts'
import { DomainError } from '../kernel/errors.ts'
import type { CommandHandler } from './handle.ts'
import { slugDecider } from './host/decider.ts'
import { rsvpsDecider } from './rsvps/decider.ts'
import { settingsDecider, type EventDetails } from './settings/decider.ts'

export interface NewEvent extends EventDetails {
  readonly eventId: string
  readonly ownerId: string
  readonly maxCapacity: number | null
}

/** @throws DomainError `conflict/slug_taken` */
export async function claimSlug(
  commands: CommandHandler,
  slug: string,
  eventId: string,
  context: CommandContext,
): Promise<void> {
  const { state } = await commands.execute(slugDecider, slugStream(slug), eventId, context)
  if (state !== eventId) throw slugTaken(slug)
}

/**
 * Looks whether the event could have the slug, and leaves it to others.
 * @throws DomainError `conflict/slug_taken`
 */
export async function requireSlugFor(commands: CommandHandler, slug: string, eventId: string): Promise<void> {
  const owner = await commands.state(slugDecider, slugStream(slug))
  if (owner !== null && owner !== eventId) throw slugTaken(slug)
}

function slugTaken(slug: string): DomainError {
  return new DomainError('conflict', 'slug_taken', `The address "${slug}" is taken by another event.`, {
    fields: [{ path: 'slug', message: 'is taken' }],
  })
}

/**
 * Reserves the slug, sets the capacity and creates the event, in this order: an event that can be seen has both. A
 * process that dies in between leaves nothing that shows; the retry of the command finishes it.
 * @throws DomainError `conflict/slug_taken`, `unprocessable/idempotency_key_reused`
 */
export async function createEvent(
  commands: CommandHandler,
  event: NewEvent,
  context: CommandContext,
): Promise<{ position: Position | null }> {
  const { eventId, maxCapacity, ...details } = event
  const stream = settingsStream(eventId)
  const known = await commands.state(settingsDecider, stream)
  // An event that is there needs neither; what comes is a retry, or another request under its key, which changes nothing.
  if (known.kind === 'missing') {
    await claimSlug(commands, event.slug, eventId, context)
    await commands.execute(rsvpsDecider, rsvpsStream(eventId), { kind: 'set_capacity', maxCapacity }, context)
  }
  return commands.execute(settingsDecider, stream, { kind: 'create', ...details }, context)
}
