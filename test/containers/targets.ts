/** What a real installation of the product stands on. */
export interface Target {
  readonly name: string
  readonly eventStoreUrl: string
  readonly databaseUrl: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** What `npm run test:containers` has started, or was given. */
    targets: readonly Target[]
  }
}

const NEEDS =
  'npm run test:containers needs Docker, to start EventStoreDB, KurrentDB and PostgreSQL in it,' +
  ' or EVENTSTORE_URL and DATABASE_URL of an empty event store and an empty database'

/**
 * @returns the target that the environment names, undefined when it names none
 * @throws Error for half of one
 */
export function targetOf(env: Readonly<Record<string, string | undefined>>): Target | undefined {
  const { EVENTSTORE_URL: eventStoreUrl = '', DATABASE_URL: databaseUrl = '' } = env
  if (eventStoreUrl === '' && databaseUrl === '') return undefined
  if (eventStoreUrl === '' || databaseUrl === '') {
    const missing = eventStoreUrl === '' ? 'EVENTSTORE_URL' : 'DATABASE_URL'
    throw new Error(`${NEEDS}: ${missing} is not set`)
  }
  return { name: 'EVENTSTORE_URL and DATABASE_URL', eventStoreUrl, databaseUrl }
}

/** @returns the sentence for a machine where containers cannot be started */
export function withoutDocker(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return `${NEEDS}: ${reason.replaceAll(/\s+/g, ' ').trim()}`
}
