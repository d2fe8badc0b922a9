import { CODE_VALIDITY } from '../commands/guest/step-up.ts'
import type { Fact, FactType } from '../events/registry.ts'
import { eventIdOf, guestOf } from '../events/streams.ts'
import { commandIdOf } from '../kernel/ids.ts'
import { DAY, HOUR } from '../kernel/time.ts'
import type { JobRequest, QueueName } from './queues.ts'

/**
 * A process manager: what follows from a fact, as jobs. Pure, and never run for a rebuild; the jobs look at the state of
 * things when their turn comes.
 */
export interface ProcessManager {
  /** Names its checkpoint and its actor `system:<name>`; never changed once released. */
  readonly name: string
  readonly handles: readonly FactType[]
  /** @param now milliseconds since the epoch, to leave alone what is too old to follow up */
  readonly react: (fact: Fact, now: number) => readonly JobRequest[]
}

/**
 * A confirmation that comes later than this helps nobody. It also bounds what a log without checkpoints (a copy, a
 * database restored from nothing) can send again: jobs are remembered longer than this (`jobs.ts`).
 */
export const REPLY_MAX_AGE = 3 * DAY

/** As long as a reset link works. */
export const RESET_MAX_AGE = HOUR

/** @returns the same id for the same fact and queue, so that a fact seen twice makes one job */
export function jobIdOf(process: string, factId: string, queue: QueueName): string {
  return commandIdOf(process, factId, queue)
}

const causeOf = ({ id, correlationId }: Fact) => ({ factId: id, correlationId })

const NOTIFICATIONS = 'notifications'

export const notifications: ProcessManager = {
  name: NOTIFICATIONS,
  handles: ['InvitationQueued', 'RsvpAnswered', 'RsvpPromoted', 'PasswordResetRequested', 'StepUpRequested'],
  react(fact, now) {
    const age = now - fact.at
    switch (fact.type) {
      case 'InvitationQueued': {
        const { messageId } = fact.data
        const data = { ...causeOf(fact), ...guestOf(fact.stream), messageId }
        return [{ queue: 'invitation', id: jobIdOf(NOTIFICATIONS, fact.id, 'invitation'), data }]
      }
      case 'RsvpAnswered': {
        const { guestId, status, partySize } = fact.data
        return age > REPLY_MAX_AGE ? [] : [reply(fact, { guestId, status, partySize, promoted: false })]
      }
      case 'RsvpPromoted': {
        const { guestId, partySize } = fact.data
        const confirmed = { guestId, status: 'confirmed', partySize, promoted: true } as const
        return age > REPLY_MAX_AGE ? [] : [reply(fact, confirmed)]
      }
      case 'PasswordResetRequested': {
        if (age > RESET_MAX_AGE) return []
        const hostId = fact.stream.slice('host-'.length)
        const data = { ...causeOf(fact), hostId, requestId: fact.data.requestId }
        return [{ queue: 'password-reset', id: jobIdOf(NOTIFICATIONS, fact.id, 'password-reset'), data }]
      }
      case 'StepUpRequested': {
        if (age > CODE_VALIDITY) return []
        const { attemptId, challengeId } = fact.data
        const data = { ...causeOf(fact), ...guestOf(fact.stream), attemptId, challengeId }
        return [{ queue: 'step-up-code', id: jobIdOf(NOTIFICATIONS, fact.id, 'step-up-code'), data }]
      }
      default:
        return []
    }
  },
}

type ReplyData = Extract<JobRequest, { queue: 'reply' }>['data']

function reply(
  fact: Fact,
  answer: Pick<ReplyData, 'guestId' | 'status' | 'partySize' | 'promoted'>,
): JobRequest {
  const data = { ...causeOf(fact), eventId: eventIdOf(fact.stream), ...answer, at: fact.at }
  return { queue: 'reply', id: jobIdOf(NOTIFICATIONS, fact.id, 'reply'), data }
}

const LATE_SCORING = 'late-scoring'

/** Scores the openings that went on unscored because the budget was spent. */
export const lateScoring: ProcessManager = {
  name: LATE_SCORING,
  handles: ['AccessAttempted'],
  react(fact) {
    if (fact.type !== 'AccessAttempted' || !fact.data.deferred) return []
    const data = { ...causeOf(fact), ...guestOf(fact.stream), attemptId: fact.data.attemptId }
    return [{ queue: 'late-scoring', id: jobIdOf(LATE_SCORING, fact.id, 'late-scoring'), data }]
  },
}

const DEPARTURES = 'departures'

/** A guest who leaves the list gives back the seats; one who is forgotten loses the key, whatever happened to the request. */
export const departures: ProcessManager = {
  name: DEPARTURES,
  handles: ['GuestRemoved', 'GuestForgotten'],
  react(fact) {
    if (fact.type !== 'GuestRemoved' && fact.type !== 'GuestForgotten') return []
    const data = { ...causeOf(fact), ...guestOf(fact.stream), forgotten: fact.type === 'GuestForgotten' }
    return [{ queue: 'departure', id: jobIdOf(DEPARTURES, fact.id, 'departure'), data }]
  },
}

export const processManagers: readonly ProcessManager[] = [notifications, lateScoring, departures]
