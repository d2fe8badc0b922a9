import type { FactType } from '../events/registry.ts'

/**
 * Entries of `Folds` for types of facts that change nothing in a table. A table says about every type of fact what it
 * does with it, so that a new one cannot be forgotten. The groups below are for tables that read nothing of a group.
 */
export function ignored<const T extends FactType>(...types: readonly T[]): { readonly [K in T]: null } {
  return Object.fromEntries(types.map((type) => [type, null])) as { readonly [K in T]: null }
}

/** Hosts and their claims, the rules and the flags: what belongs to no event. */
export const ofNoEvent = ignored(
  'HostRegistered',
  'HostPasswordChanged',
  'HostPlanChanged',
  'PasswordResetRequested',
  'SessionEnded',
  'EmailClaimed',
  'SlugClaimed',
  'RulesActivated',
  'ShadowRulesSet',
  'FeatureFlagSet',
)

export const ofSettings = ignored(
  'EventCreated',
  'EventDetailsChanged',
  'EventPublished',
  'EventClosed',
  'EventArchived',
  'ThresholdsChanged',
  'NetworkAllowed',
  'NetworkDisallowed',
  'StepUpConfigured',
  'WalkInsConfigured',
)

export const ofTickets = ignored('ScannerTicketIssued', 'ScannerTicketRevoked', 'ScannerDeviceSeen')

export const ofGuestList = ignored('GuestInvited', 'GuestDetailsChanged', 'GuestRemoved', 'GuestForgotten')

export const ofLinks = ignored(
  'LinkIssued',
  'LinkRevoked',
  'LinkTouched',
  'InvitationQueued',
  'InvitationSent',
  'InvitationFailed',
)

/** Openings, their scores and what was said of them. A shadow's score counts for nothing: it is for ops alone. */
export const ofAccess = ignored(
  'AccessAttempted',
  'AccessScored',
  'AccessShadowScored',
  'AccessAllowlisted',
  'AccessRescored',
  'VerdictGiven',
  'VerdictWithdrawn',
  'StepUpRequested',
  'StepUpFailed',
  'StepUpPassed',
)

export const ofAnswers = ignored('RsvpAnswered', 'RsvpPromoted', 'RsvpWithdrawn', 'CapacitySet')

/** What became of conflicts: it changes nobody's arrival. */
export const ofConflicts = ignored('CheckInConflicted', 'CheckInConflictSettled', 'CheckInConflictReopened')

export const ofDoor = {
  ...ofConflicts,
  ...ignored('GuestCheckedIn', 'CheckInRefused', 'CheckInUndone', 'GuestTurnedAway', 'ScanRefused'),
}
