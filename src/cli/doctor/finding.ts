import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND } from '../../kernel/time.ts'

/** What a look at one thing has found. */
export interface Finding {
  /** What was looked at, such as `database`. */
  readonly subject: string
  readonly state: 'ok' | 'warning' | 'broken'
  readonly detail: string
  /** What to do about it, null when it is ok. */
  readonly mend: string | null
}

export const ok = (subject: string, detail: string): Finding => ({ subject, state: 'ok', detail, mend: null })

export const warning = (subject: string, detail: string, mend: string): Finding => ({
  subject,
  state: 'warning',
  detail,
  mend,
})

export const broken = (subject: string, detail: string, mend: string): Finding => ({
  subject,
  state: 'broken',
  detail,
  mend,
})

/** One error in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim()
}

/** How long one look may take, in milliseconds; twice that is a long wait for an answer. */
const PATIENCE = 8 * SECOND

/** @returns what the look finds; a finding also when it throws or does not come to an end */
export async function look(
  subject: string,
  mend: string,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const over = new AbortController()
  const late = sleep(PATIENCE, undefined, { signal: over.signal, ref: false }).then(() => [
    broken(subject, `no answer within ${String(PATIENCE / SECOND)} s`, mend),
  ])
  late.catch(() => undefined)
  try {
    return await Promise.race([work(), late])
  } catch (error) {
    return [broken(subject, reasonOf(error), mend)]
  } finally {
    over.abort()
  }
}
