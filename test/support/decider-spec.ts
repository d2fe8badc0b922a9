import { expect } from 'vitest'
import type { Decider } from '../../src/commands/decider.ts'
import type { Happened, NewFact } from '../../src/events/registry.ts'
import { DomainError } from '../../src/kernel/errors.ts'

/** 1 June 2026, 18:00 UTC: when facts of tests happened that do not say otherwise. */
export const NOW = Date.UTC(2026, 5, 1, 18)

/** A fact that happened at `NOW` unless it says when. */
export type Past<P> = P extends { readonly at: number } ? Omit<P, 'at'> & { readonly at?: number } : never

/** Facts or the code of the refusal. */
type Outcome<New> = readonly New[] | string

export interface DeciderSpec<State, Command, New, P> {
  readonly state: State
  /** Folds more facts. */
  events(...facts: readonly Past<P>[]): DeciderSpec<State, Command, New, P>
  /** Carries commands out, one after the other, as at `at`. A refusal fails the test. */
  after(commands: readonly Command[], at?: number): DeciderSpec<State, Command, New, P>
  when(command: Command): {
    /** Exactly these facts, or a refusal with this code. */
    then(outcome: Outcome<New>): void
    /** @returns the refusal, which must come */
    refusal(): DomainError
    /** @returns the facts */
    facts(): readonly New[]
  }
}

/** Given what happened, when a command comes, then these facts follow, or it is refused. */
export function given<State, Command, New extends NewFact, P extends Happened>(
  decider: Decider<State, Command, New, P>,
): DeciderSpec<State, Command, New, P> {
  return specOf(decider, () => decider.initialState())
}

/** @param build folds from nothing each time: a state has one owner, who may change it */
function specOf<State, Command, New extends NewFact, P extends Happened>(
  decider: Decider<State, Command, New, P>,
  build: () => State,
): DeciderSpec<State, Command, New, P> {
  const fold = (state: State, facts: readonly object[], at = NOW) =>
    facts.reduce<State>((folded, fact) => decider.evolve(folded, { at, ...fact } as unknown as P), state)
  return {
    get state() {
      return build()
    },
    events: (...facts) => specOf(decider, () => fold(build(), facts)),
    after: (commands, at = NOW) =>
      specOf(decider, () =>
        commands.reduce((state, command) => fold(state, decider.decide(command, state), at), build()),
      ),
    when(command) {
      const facts = () => decider.decide(command, build())
      const refusal = () => refusalOf(facts)
      return {
        facts,
        refusal,
        then(outcome) {
          if (typeof outcome === 'string') expect(refusal().code).toBe(outcome)
          else expect(facts()).toEqual(outcome)
        },
      }
    },
  }
}

function refusalOf(decide: () => readonly unknown[]): DomainError {
  let facts: readonly unknown[]
  try {
    facts = decide()
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
  return expect.fail(`the command was not refused; it led to ${JSON.stringify(facts)}`)
}
