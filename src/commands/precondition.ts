import { DomainError } from '../kernel/errors.ts'

/**
 * @param expected the count of changes the editor saw, null when the editor does not mind
 * @throws DomainError `precondition_failed/edited_meanwhile`
 */
export function requireUnchanged(expected: number | null, actual: number): void {
  if (expected === null || expected === actual) return
  throw new DomainError(
    'precondition_failed',
    'edited_meanwhile',
    'Somebody else changed this since you opened it. Reload to see what changed.',
  )
}
