import type { Happened, NewFact } from '../events/registry.ts'

/**
 * The decisions about one kind of stream. `decide` is pure: the time, new ids and everything looked up elsewhere come
 * in with the command.
 */
export interface Decider<State, Command, New extends NewFact, Past extends Happened> {
  readonly initialState: () => State
  /**
   * Folds one fact. May change the state it is given and return it: a state has one owner, and a stream of ten
   * thousand answers is not copied for each of them.
   */
  readonly evolve: (state: State, fact: Past) => State
  /**
   * @returns the facts that follow, none when the command changes nothing
   * @throws DomainError when the command is refused; nothing is recorded then
   */
  readonly decide: (command: Command, state: State) => readonly New[]
}
