import { ERASED } from '../../events/fact.ts'
import type { NewSettingsFact, SettingsHappened } from '../../events/settings.ts'
import { DomainError, unreachable } from '../../kernel/errors.ts'
import { requireThresholds, type Thresholds } from '../../scoring/bands.ts'
import { requireUnchanged } from '../precondition.ts'
import { MAX_NETWORKS, requireNarrow } from './allowlist.ts'
import type { ConfiguredEvent, StepUp } from './state.ts'

export type SecurityCommand =
  | {
      readonly kind: 'set_thresholds'
      readonly thresholds: Thresholds
      /** The version that the editor saw, null when any will do. */
      readonly ifVersion: number | null
    }
  | {
      readonly kind: 'allow_network'
      readonly entryId: string
      readonly hostId: string
      /** In canonical form. */
      readonly cidr: string
      readonly note: string | null
    }
  | { readonly kind: 'disallow_network'; readonly cidr: string }
  | ({ readonly kind: 'configure_step_up' } & StepUp)

type SecurityFact = Extract<
  SettingsHappened,
  { type: 'ThresholdsChanged' | 'NetworkAllowed' | 'NetworkDisallowed' | 'StepUpConfigured' }
>

type SecurityState = Pick<ConfiguredEvent, 'thresholds' | 'thresholdsVersion' | 'allowlist' | 'stepUp'>

export function evolveSecurity(state: SecurityState, fact: SecurityFact): Partial<SecurityState> {
  switch (fact.type) {
    case 'ThresholdsChanged':
      return { thresholds: fact.data.to, thresholdsVersion: fact.data.version }
    case 'NetworkAllowed': {
      // The address went with the host who gave it: nobody is let by on what cannot be read.
      if (fact.personal === ERASED) return {}
      const { cidr, note } = fact.personal
      state.allowlist.add({ entryId: fact.data.entryId, cidr, note, addedAt: fact.at })
      return {}
    }
    case 'NetworkDisallowed':
      state.allowlist.remove(fact.data.entryId)
      return {}
    case 'StepUpConfigured':
      return { stepUp: { high: fact.data.high, blocked: fact.data.blocked } }
    default:
      return unreachable(fact)
  }
}

export function decideSecurity(event: SecurityState, command: SecurityCommand): NewSettingsFact[] {
  switch (command.kind) {
    case 'set_thresholds':
      requireUnchanged(command.ifVersion, event.thresholdsVersion)
      return setThresholds(event, command.thresholds)
    case 'allow_network': {
      const { entryId, hostId, cidr, note } = command
      requireNarrow(cidr)
      if (event.allowlist.byCidr(cidr) !== null) {
        throw new DomainError('conflict', 'network_listed', `${cidr} is on the list already.`)
      }
      if (event.allowlist.size >= MAX_NETWORKS) {
        throw new DomainError(
          'conflict',
          'allowlist_full',
          `The list is full: it holds ${String(MAX_NETWORKS)} networks.`,
        )
      }
      return [{ type: 'NetworkAllowed', data: { entryId, hostId }, personal: { cidr, note } }]
    }
    case 'disallow_network': {
      const entry = event.allowlist.byCidr(command.cidr)
      if (entry === null)
        throw new DomainError('not_found', 'not_found', `${command.cidr} is not on the list.`)
      return [{ type: 'NetworkDisallowed', data: { entryId: entry.entryId } }]
    }
    case 'configure_step_up': {
      const { high, blocked } = command
      const same = event.stepUp.high === high && event.stepUp.blocked === blocked
      return same ? [] : [{ type: 'StepUpConfigured', data: { high, blocked } }]
    }
    default:
      return unreachable(command)
  }
}

function setThresholds(
  { thresholds: from, thresholdsVersion }: SecurityState,
  proposed: Thresholds,
): NewSettingsFact[] {
  const to = requireThresholds(proposed)
  if (from.medium === to.medium && from.high === to.high && from.block === to.block) return []
  const data = { from: { ...from }, to: { ...to }, version: thresholdsVersion + 1 }
  return [{ type: 'ThresholdsChanged', data }]
}
