/**
 * What went wrong, in terms a caller can act on. The HTTP layer maps a kind to a status;
 * nothing below it knows about HTTP.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'unprocessable'
  | 'too_many'
  | 'unavailable'

export interface FieldError {
  path: string
  message: string
}

/** Members beside the error itself that a client may use, such as `recovery` of a blocked opening. */
export type ErrorExtras = Readonly<Record<string, unknown>>

/**
 * An error that is part of the contract: `code` is stable and documented, `message` is a sentence for a person.
 * Anything thrown that is not a `DomainError` is a defect and is answered without its message.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly fields: readonly FieldError[]
  readonly extras: ErrorExtras

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    more: { fields?: readonly FieldError[]; extras?: ErrorExtras; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'DomainError'
    this.kind = kind
    this.code = code
    this.fields = more.fields ?? []
    this.extras = more.extras ?? {}
  }
}

/** Marks a branch that the type checker proves unreachable; a new union member then fails to compile. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
