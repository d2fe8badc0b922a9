import type { Verdict } from './security.api.ts'

/** What the host said of an opening, until the read models say the same. */
export interface VerdictOverride {
  /** Null where it was taken back. */
  readonly verdict: Verdict | null
  /** Decimal position of the log from which on a read knows of it; null while it is on its way. */
  readonly knownFrom: string | null
}

/** An opening as something that can be judged. */
export interface Judged {
  readonly verdict: Verdict | null
  /** Decimal position up to which `verdict` is true. */
  readonly position: string
}

/**
 * @returns the verdict to show: what the host said just now, or what was read once that is newer. Somebody else's
 *   verdict that came later is thus not hidden by one's own.
 */
export function shownVerdict(read: Judged, override: VerdictOverride | undefined): Verdict | null {
  if (override === undefined) return read.verdict
  const known = override.knownFrom !== null && BigInt(read.position) >= BigInt(override.knownFrom)
  return known ? read.verdict : override.verdict
}
