import { ERASED, known } from '../../events/fact.ts'
import type {
  EmailHappened,
  HostHappened,
  NewEmailFact,
  NewHostFact,
  NewSlugFact,
  Plan,
  SlugHappened,
} from '../../events/host.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import type { Decider } from '../decider.ts'

export type HostState =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'registered'
      readonly plan: Plan
      /** Null once erased, as all that follows. */
      readonly email: string | null
      readonly name: string | null
      readonly passwordHash: string | null
      /** When the password was last replaced by the host, epoch ms; sessions from before are over. */
      readonly passwordChangedAt: number | null
      /** Sessions that were signed out of, with the epoch ms at which their tokens expire by themselves. */
      readonly endedSessions: ReadonlyMap<string, number>
    }

export type HostCommand =
  | {
      readonly kind: 'register'
      readonly email: string
      readonly name: string | null
      readonly passwordHash: string
    }
  | { readonly kind: 'change_password'; readonly passwordHash: string; readonly reason: 'reset' | 'rehash' }
  | { readonly kind: 'set_plan'; readonly plan: Plan }
  | { readonly kind: 'request_reset'; readonly requestId: string }
  /** `expiresAt` in epoch ms. */
  | { readonly kind: 'end_session'; readonly sessionId: string; readonly expiresAt: number }

export const hostDecider: Decider<HostState, HostCommand, NewHostFact, HostHappened> = {
  initialState: () => ({ kind: 'missing' }),

  evolve(state, fact) {
    switch (fact.type) {
      case 'HostRegistered':
        return {
          kind: 'registered',
          plan: fact.data.plan,
          email: known(fact.personal, 'email'),
          name: known(fact.personal, 'name'),
          passwordHash: known(fact.personal, 'passwordHash'),
          passwordChangedAt: null,
          endedSessions: new Map(),
        }
      case 'HostPasswordChanged':
        if (state.kind === 'missing' || fact.personal === ERASED) return state
        return {
          ...state,
          passwordHash: fact.personal.passwordHash,
          passwordChangedAt: fact.data.reason === 'reset' ? fact.at : state.passwordChangedAt,
        }
      case 'HostPlanChanged':
        return state.kind === 'missing' ? state : { ...state, plan: fact.data.plan }
      case 'PasswordResetRequested':
        return state
      case 'SessionEnded': {
        if (state.kind === 'missing') return state
        const alive = [...state.endedSessions].filter(([, expiresAt]) => expiresAt > fact.at)
        const { sessionId, expiresAt } = fact.data
        return { ...state, endedSessions: new Map([...alive, [sessionId, Date.parse(expiresAt)]]) }
      }
      default:
        return unreachable(fact)
    }
  },

  decide(command, state) {
    switch (command.kind) {
      case 'register': {
        if (state.kind === 'registered') return []
        const { email, name, passwordHash } = command
        return [{ type: 'HostRegistered', data: { plan: 'free' }, personal: { email, name, passwordHash } }]
      }
      case 'change_password': {
        requireHost(state)
        const { reason, passwordHash } = command
        return [{ type: 'HostPasswordChanged', data: { reason }, personal: { passwordHash } }]
      }
      case 'set_plan': {
        const { plan } = requireHost(state)
        return plan === command.plan ? [] : [{ type: 'HostPlanChanged', data: { plan: command.plan } }]
      }
      case 'request_reset':
        requireHost(state)
        return [{ type: 'PasswordResetRequested', data: { requestId: command.requestId } }]
      case 'end_session': {
        const { sessionId, expiresAt } = command
        if (requireHost(state).endedSessions.has(sessionId)) return []
        return [{ type: 'SessionEnded', data: { sessionId, expiresAt: new Date(expiresAt).toISOString() } }]
      }
      default:
        return unreachable(command)
    }
  },
}

function requireHost(state: HostState): Extract<HostState, { kind: 'registered' }> {
  if (state.kind === 'missing') throw new DomainError('not_found', 'not_found', 'There is no such host.')
  return state
}

/** A name that may belong to one thing only: the first claim wins, and the owner's own claim repeated changes nothing. */
function claimDecider<Past extends EmailHappened | SlugHappened, New extends NewEmailFact | NewSlugFact>(
  ownerOf: (fact: Past) => string,
  claim: (owner: string) => New,
): Decider<string | null, string, New, Past> {
  return {
    initialState: () => null,
    evolve: (state, fact) => state ?? ownerOf(fact),
    decide: (owner, state) => (state === null ? [claim(owner)] : []),
  }
}

/** State: the host that an address belongs to. The command is the host that wants it; look at the state for who has it. */
export const emailDecider = claimDecider<EmailHappened, NewEmailFact>(
  (fact) => fact.data.hostId,
  (hostId) => ({ type: 'EmailClaimed', data: { hostId } }),
)

/** State: the event that a slug belongs to. */
export const slugDecider = claimDecider<SlugHappened, NewSlugFact>(
  (fact) => fact.data.eventId,
  (eventId) => ({ type: 'SlugClaimed', data: { eventId } }),
)
