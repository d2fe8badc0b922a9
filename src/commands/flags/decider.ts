import type { FlagHappened, NewFlagFact } from '../../events/flags.ts'
import { DomainError } from '../../kernel/errors.ts'
import type { Decider } from '../decider.ts'

/** What can be switched off while the rest goes on: each is checked by the routes that declare it. All are on by default. */
export const FLAGS = {
  registration: 'New hosts may register',
  import: 'Guest lists may be imported',
  invitations: 'Invitations may be sent',
} as const

export type Flag = keyof typeof FLAGS

export const flagNames = Object.keys(FLAGS) as readonly Flag[]

export interface FlagCommand {
  readonly flag: string
  readonly on: boolean
}

/** State: what was switched, by name; also of flags that this release does not know. */
export type FlagState = ReadonlyMap<string, boolean>

export const flagsDecider: Decider<FlagState, FlagCommand, NewFlagFact, FlagHappened> = {
  initialState: () => new Map(),
  evolve: (state, { data }) => new Map(state).set(data.flag, data.on),
  /** @throws DomainError `unknown_flag` */
  decide({ flag, on }, state) {
    const known = flagNames.find((name) => name === flag)
    if (known === undefined) {
      throw new DomainError(
        'not_found',
        'unknown_flag',
        `There is no flag ${flag}; there are: ${flagNames.join(', ')}.`,
      )
    }
    return isOn(state, known) === on ? [] : [{ type: 'FeatureFlagSet', data: { flag: known, on } }]
  },
}

export const isOn = (state: FlagState, flag: Flag): boolean => state.get(flag) ?? true
