import { DomainError } from '../kernel/errors.ts'

/**
 * What refuses one of the many commands of a request, so that the others go on: somebody who left the list meanwhile, or
 * was changed at the same moment.
 * @throws the error itself when it is about the request as a whole, or about the store
 */
export function refusalOfOne(error: unknown): DomainError {
  if (error instanceof DomainError && (error.kind === 'not_found' || error.kind === 'conflict')) return error
  throw error
}
