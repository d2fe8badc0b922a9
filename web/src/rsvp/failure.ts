import type { Recovery } from '@contracts/common.ts'

/** A call that did not succeed, in the terms the page acts on. */
export interface Failure {
  /** HTTP status; null when no answer arrived at all. */
  status: number | null
  code: string
  detail: string
  /** Path of the field that `detail` is about; empty when it is about the whole. */
  field: string
  /** What a stopped guest may do. */
  recovery?: Recovery
  /** Tries that are left with a code. */
  triesLeft?: number
  /** Seconds until the same is taken again. */
  retryAfter?: number
}
