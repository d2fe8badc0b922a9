/** What the writer believes about the stream. */
export type Expected = 'any' | 'no stream' | 'stream exists' | bigint

export type Refusal =
  | {
      readonly kind: 'wrong expected version'
      readonly stream: string
      readonly expected: Expected
      readonly actual: bigint
    }
  | { readonly kind: 'deleted'; readonly stream: string }
  | { readonly kind: 'too large'; readonly most: number }

/** The server will not do what it is asked for. Each call tells it in its own form. */
export class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.kind)
    this.name = 'Refused'
    this.refusal = refusal
  }
}
