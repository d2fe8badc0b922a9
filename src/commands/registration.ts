import type { CommandContext } from '../eventstore/codec.ts'
import type { Position } from '../eventstore/port.ts'
import { emailStream, hostStream } from '../events/streams.ts'
import { DomainError } from '../kernel/errors.ts'
import type { CommandHandler } from './handle.ts'
import { emailDecider, hostDecider } from './host/decider.ts'

export interface Registration {
  readonly hostId: string
  readonly email: string
  /**
   * Keyed hashes of the address: names of the stream that reserves it. It is reserved under the first; the others find a
   * reservation that an earlier release made.
   */
  readonly emailDigests: readonly string[]
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
  const { email, emailDigests, name, passwordHash } = registration
  const hostId = (await hostIdOf(commands, emailDigests)) ?? (await claim(commands, registration, context))
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

/** @returns the host who has the address now: the one who claims it, or whoever was faster */
async function claim(
  commands: CommandHandler,
  { hostId, emailDigests }: Registration,
  context: CommandContext,
) {
  const [digest] = emailDigests
  if (digest === undefined) throw new Error('an address has a digest under each key, and there is one')
  const { state } = await commands.execute(emailDecider, emailStream(digest), hostId, context)
  return state ?? hostId
}

/** @returns the host an address belongs to, null for an address nobody registered */
export async function hostIdOf(
  commands: CommandHandler,
  emailDigests: readonly string[],
): Promise<string | null> {
  const owners = await Promise.all(
    emailDigests.map((digest) => commands.state(emailDecider, emailStream(digest))),
  )
  return owners.find((owner) => owner !== null) ?? null
}
