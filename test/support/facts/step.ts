import type { FactType, NewFact } from '../../../src/events/registry.ts'

/** A fact with the stream it belongs to. */
export interface Step {
  readonly stream: string
  readonly fact: NewFact
}

/** A step in the stream that the caller means. */
export type InStream = (fact: NewFact) => Step

type Body<T extends FactType> = Extract<NewFact, { type: T }>
export type Data<T extends FactType> = Body<T>['data']
export type Personal<T extends FactType> = Body<T> extends { personal: infer P } ? P : never
