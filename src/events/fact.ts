import { z } from 'zod'

/**
 * What readers get in place of personal data whose key was deleted. It is a value, not an absence: a reader has to say
 * what it shows for a forgotten person.
 */
export const ERASED = 'erased'
export type Erased = typeof ERASED

/** Who did it: `host:<id>`, `guest:<id>`, `door:<gate>`, `system:<process>`, `ops:<name>`. */
export const actorSchema = z.string().regex(/^(host|guest|door|system|ops):[\w.:-]{1,80}$/)
export type Actor = z.infer<typeof actorSchema>

/** Turns the data of one version of a fact into the next version's shape. Pure; never looks at anything else. */
export type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>

/**
 * Everything the code knows about one type of fact. `data` is stored in clear; `personal` is sealed with the key of
 * `subject` before it leaves the process, so nothing that identifies a person may stand in `data`.
 */
export interface FactSpec<
  T extends string = string,
  D extends z.ZodType = z.ZodType,
  P extends z.ZodType | null = z.ZodType | null,
> {
  readonly type: T
  /** Version of the shape of `data` that is written today, from 1. */
  readonly version: number
  readonly data: D
  readonly personal: P
  /** Whose key seals `personal`. */
  readonly subject: (stream: string, data: Record<string, unknown>) => string
  /** `upcasters[n]` turns version n into n + 1; one for every version below `version`. */
  readonly upcasters: Readonly<Record<number, Upcaster>>
}

export interface SpecOptions {
  readonly version?: number
  readonly upcasters?: Readonly<Record<number, Upcaster>>
}

/** Declares a fact without personal data. */
export function plainFact<const T extends string, D extends z.ZodType>(
  type: T,
  data: D,
  options: SpecOptions = {},
): FactSpec<T, D, null> {
  return {
    type,
    version: options.version ?? 1,
    data,
    personal: null,
    subject: () => {
      throw new Error(`${type} has no personal data`)
    },
    upcasters: options.upcasters ?? {},
  }
}

/** Declares a fact with personal data sealed for `subject`. */
export function personalFact<const T extends string, D extends z.ZodType, P extends z.ZodType>(
  type: T,
  data: D,
  personal: P,
  subject: (stream: string, data: Record<string, unknown>) => string,
  options: SpecOptions = {},
): FactSpec<T, D, P> {
  return { type, version: options.version ?? 1, data, personal, subject, upcasters: options.upcasters ?? {} }
}

type Body<S, Gone> =
  S extends FactSpec<infer T, infer D, infer P>
    ? P extends z.ZodType
      ? { readonly type: T; readonly data: z.output<D>; readonly personal: z.output<P> | Gone }
      : { readonly type: T; readonly data: z.output<D> }
    : never

/** A fact as a decider returns it. */
export type NewFactOf<S> = Body<S, never>

/** A fact as a decider folds it: what happened, and when by the clock of the process that decided it (epoch ms). */
export type HappenedOf<S> = Body<S, Erased> & { readonly at: number }

/** Where a recorded fact stands and who said it. */
export interface Envelope {
  readonly id: string
  readonly stream: string
  readonly revision: number
  readonly position: bigint
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly actor: Actor
  /** The request that all of this began with. */
  readonly correlationId: string
  /** The command that the fact came from; a retry of the command carries the same. */
  readonly causationId: string
  /** Keyed hash of the request that carried an idempotency key, null without one. */
  readonly requestDigest: string | null
}

/** A fact as the log gives it back: personal data may be erased. */
export type FactOf<S> = Body<S, Erased> & Envelope

/** Field-wise access to personal data that may be gone. */
export function known<P, K extends keyof P>(personal: P | Erased, field: K): P[K] | null {
  return personal === ERASED ? null : personal[field]
}
