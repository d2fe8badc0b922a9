import type { CommandContext } from '../eventstore/codec.ts'
import type { Position } from '../eventstore/port.ts'
import { emailStream, hostStream } from '../events/streams.ts'
import { DomainError } from '../kernel/errors.ts'
import type { CommandHandler } from './handle.ts'
import { emailDecider, hostDecider } from './host/decider.ts'

export interface Registration {
  readonly hostId: string
  readonly email: string
  /** Keyed hash of the address: the name of the stream that reserves it. */
  readonly emailDigest: string
  readonly name: string | null
  readonly passwordHash: string
}

/**
 * Reserves the address, then registers the host. A process that dies in between leaves an address that belongs to a
 * host without facts; the next registration with that address takes it over.
 * @returns the host's id, and where a reader has to be to see the host
 * @throws DomainError `conflict/email_taken`
 */
export async function registerHost(
  commands: CommandHandler,
  registration: Registration,
  context: CommandContext,
): Promise<{ hostId: string; position: Position | null }> {
  const { email, emailDigest, name, passwordHash } = registration
  const claim = await commands.execute(emailDecider, emailStream(emailDigest), registration.hostId, context)
  const hostId = claim.state ?? registration.hostId
  const register = { kind: 'register', email, name, passwordHash } as const
  const registered = await commands.execute(hostDecider, hostStream(hostId), register, context)
  if (registered.facts.length === 0 && !registered.replayed) {
    throw new DomainError(
      'conflict',
      'email_taken',
      'There is an account with this e-mail address. Sign in instead.',
      {
        fields: [{ path: 'email', message: 'is registered already' }],
      },
    )
  }
  return { hostId, position: registered.position }
}

/** @returns the host an address belongs to, null for an address nobody registered */
export async function hostIdOf(commands: CommandHandler, emailDigest: string): Promise<string | null> {
  return commands.state(emailDecider, emailStream(emailDigest))
}
