import { DomainError } from '../kernel/errors.ts'
import type { AppDeps } from './deps.ts'
import { READ_YOUR_WRITES_MS } from './requests.ts'

/**
 * Waits until the read models show everything that is in the log now; for decisions that a stale list would spoil.
 * @throws DomainError `unavailable/read_models_behind`
 */
export async function awaitHead({ head, readModels }: Pick<AppDeps, 'head' | 'readModels'>): Promise<void> {
  if (await readModels.waitFor(await head(), READ_YOUR_WRITES_MS)) return
  throw new DomainError(
    'unavailable',
    'read_models_behind',
    'The guest list is being brought up to date. Try again in a moment.',
  )
}
