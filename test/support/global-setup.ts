import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { silentLog } from './log.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection URL of the server of this run; `createTestDatabase` uses it. */
    postgresUrl: string
  }
}

interface Running {
  readonly url: string
  stop(): Promise<void>
}

/** The integration and the browser project each load this file; they share one server through the global object. */
const shared = globalThis as typeof globalThis & {
  testPostgres?: { running: Promise<Running>; users: number }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.testPostgres ??= { running: start(), users: 0 }
  const server = shared.testPostgres
  server.users += 1
  project.provide('postgresUrl', (await server.running).url)
  return async () => {
    server.users -= 1
    if (server.users > 0) return
    delete shared.testPostgres
    await (await server.running).stop()
  }
}

async function start(): Promise<Running> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'guestguard-test-'))
  // The databases of a run are thrown away: there is nothing to keep through a power cut.
  const settings = {
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    max_connections: '200',
  }
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, settings }).catch(
    async (error: unknown) => {
      await rm(dataDir, { recursive: true, force: true })
      throw error
    },
  )
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
