import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers'
import type { Target } from './targets.ts'

/** The servers that are supported, by the names of their images on Docker Hub. */
const EVENT_STORES = [
  { name: 'EventStoreDB 24.10', image: 'eventstore/eventstore:24.10', prefix: 'EVENTSTORE' },
  { name: 'KurrentDB 26.0', image: 'kurrentplatform/kurrentdb:26.0', prefix: 'KURRENTDB' },
]
const POSTGRES = 'postgres:18'

/** Pulling an image for the first time takes minutes on a slow line. */
const STARTUP_MS = 300_000

export interface Started {
  readonly targets: readonly Target[]
  stop(): Promise<void>
}

/**
 * Starts each of the event stores and a PostgreSQL beside it.
 * @throws Error when there is no Docker
 */
export async function startContainers(): Promise<Started> {
  await getContainerRuntimeClient()
  const containers: StartedTestContainer[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(containers.map((container) => container.stop()))
  }
  try {
    const targets: Target[] = []
    for (const { name, image, prefix } of EVENT_STORES) {
      const eventStore = await eventStoreOf(image, prefix).start()
      containers.push(eventStore)
      const postgres = await postgresContainer().start()
      containers.push(postgres)
      targets.push({
        name: `${name} and PostgreSQL 18`,
        eventStoreUrl: `esdb://${eventStore.getHost()}:${String(eventStore.getMappedPort(2113))}?tls=false`,
        databaseUrl: `postgres://guestguard:guestguard@${postgres.getHost()}:${String(postgres.getMappedPort(5432))}/guestguard`,
      })
    }
    return { targets, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** One node without certificates. The projections can run and do not: the adapter has to start the one it needs. */
function eventStoreOf(image: string, prefix: string): GenericContainer {
  return new GenericContainer(image)
    .withEnvironment({
      [`${prefix}_INSECURE`]: 'true',
      [`${prefix}_CLUSTER_SIZE`]: '1',
      [`${prefix}_RUN_PROJECTIONS`]: 'System',
      [`${prefix}_START_STANDARD_PROJECTIONS`]: 'false',
    })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
    .withStartupTimeout(STARTUP_MS)
}

function postgresContainer(): GenericContainer {
  return new GenericContainer(POSTGRES)
    .withEnvironment({
      POSTGRES_USER: 'guestguard',
      POSTGRES_PASSWORD: 'guestguard',
      POSTGRES_DB: 'guestguard',
    })
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .withStartupTimeout(STARTUP_MS)
}
