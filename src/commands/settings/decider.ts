import type { NewSettingsFact, SettingsHappened } from '../../events/settings.ts'
import { definedOf } from '../../kernel/defined.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import { requireUnchanged } from '../precondition.ts'
import { DEFAULT_THRESHOLDS } from '../../scoring/bands.ts'
import type { Decider } from '../decider.ts'
import { Allowlist } from './allowlist.ts'
import { decideDoorSettings, evolveDoorSettings, type DoorSettingsCommand } from './door.ts'
import { decideSecurity, evolveSecurity, type SecurityCommand } from './security.ts'
import type { ConfiguredEvent, EventDetails, EventStatus, SettingsState } from './state.ts'

export type { ConfiguredEvent, EventDetails, EventStatus } from './state.ts'

type StatusChange = 'publish' | 'close' | 'archive'

export type SettingsCommand =
  | ({ readonly kind: 'create'; readonly ownerId: string } & EventDetails)
  | {
      readonly kind: 'change_details'
      readonly changes: Partial<EventDetails>
      readonly ifChanges: number | null
    }
  | { readonly kind: StatusChange }
  | SecurityCommand
  | DoorSettingsCommand

/** A closed event can be opened again; an archived one is finished. */
const TRANSITIONS: Readonly<Record<StatusChange, readonly EventStatus[]>> = {
  publish: ['draft', 'closed'],
  close: ['published'],
  archive: ['draft', 'published', 'closed'],
}

const RESULT = { publish: 'EventPublished', close: 'EventClosed', archive: 'EventArchived' } as const
const STATUS = { EventPublished: 'published', EventClosed: 'closed', EventArchived: 'archived' } as const

export const settingsDecider: Decider<SettingsState, SettingsCommand, NewSettingsFact, SettingsHappened> = {
  initialState: () => ({ kind: 'missing' }),

  evolve(state, fact) {
    if (fact.type === 'EventCreated') {
      return {
        kind: 'configured',
        ...fact.data,
        status: 'draft',
        thresholds: DEFAULT_THRESHOLDS,
        thresholdsVersion: 0,
        allowlist: new Allowlist(),
        stepUp: { high: false, blocked: false },
        tickets: new Map(),
        walkIns: false,
        changes: 0,
        createdAt: fact.at,
        updatedAt: fact.at,
      }
    }
    if (state.kind === 'missing') return state
    switch (fact.type) {
      case 'EventDetailsChanged':
        return { ...state, ...definedOf(fact.data), changes: state.changes + 1, updatedAt: fact.at }
      case 'EventPublished':
      case 'EventClosed':
      case 'EventArchived':
        return { ...state, status: STATUS[fact.type], updatedAt: fact.at }
      case 'ThresholdsChanged':
      case 'NetworkAllowed':
      case 'NetworkDisallowed':
      case 'StepUpConfigured':
        return { ...state, ...evolveSecurity(state, fact), updatedAt: fact.at }
      case 'ScannerTicketIssued':
      case 'ScannerTicketRevoked':
      case 'WalkInsConfigured':
        return { ...state, ...evolveDoorSettings(state, fact) }
      default:
        return unreachable(fact)
    }
  },

  decide(command, state) {
    if (command.kind === 'create') {
      if (state.kind === 'configured')
        throw new DomainError('conflict', 'event_exists', 'This event exists already.')
      const { ownerId, name, slug, eventDate, timezone, venue } = command
      return [{ type: 'EventCreated', data: { ownerId, name, slug, eventDate, timezone, venue } }]
    }
    const event = requireEvent(state)
    switch (command.kind) {
      case 'change_details':
        requireUnchanged(command.ifChanges, event.changes)
        return changeDetails(event, command.changes)
      case 'publish':
      case 'close':
      case 'archive':
        return changeStatus(event, command.kind)
      case 'set_thresholds':
      case 'allow_network':
      case 'disallow_network':
      case 'configure_step_up':
        requireEditable(event)
        return decideSecurity(event, command)
      case 'issue_ticket':
      case 'configure_walk_ins':
        requireEditable(event)
        return decideDoorSettings(event, command)
      case 'revoke_ticket':
        // Also of an event that only remains to be read: a lost phone is lost.
        return decideDoorSettings(event, command)
      default:
        return unreachable(command)
    }
  },
}

/** @throws DomainError `not_found` */
export function requireEvent(state: SettingsState): ConfiguredEvent {
  if (state.kind === 'missing') throw new DomainError('not_found', 'not_found', 'There is no such event.')
  return state
}

/** @throws DomainError `event_archived` when the event only remains to be read */
export function requireEditable(event: ConfiguredEvent): void {
  if (event.status === 'archived') {
    throw new DomainError(
      'conflict',
      'event_archived',
      'This event is archived and can no longer be changed.',
    )
  }
}

function changeDetails(event: ConfiguredEvent, changes: Partial<EventDetails>): NewSettingsFact[] {
  requireEditable(event)
  const different = Object.entries(changes).filter(
    ([key, value]) => event[key as keyof EventDetails] !== value,
  )
  if (different.length === 0) return []
  return [{ type: 'EventDetailsChanged', data: Object.fromEntries(different) }]
}

function changeStatus(event: ConfiguredEvent, change: StatusChange): NewSettingsFact[] {
  const type = RESULT[change]
  if (event.status === STATUS[type]) return []
  if (!TRANSITIONS[change].includes(event.status)) {
    throw new DomainError(
      'conflict',
      'illegal_transition',
      `A ${event.status} event cannot be ${STATUS[type]}.`,
    )
  }
  return [{ type, data: {} }]
}
