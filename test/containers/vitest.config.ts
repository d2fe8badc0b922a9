import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** For `run.main.ts`, which tells the tests what to run against; `npm test` leaves them out. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    name: 'containers',
    include: ['test/containers/*.containers.spec.ts'],
    pool: 'forks',
    maxWorkers: 1,
    // A first read waits for a server that has just been started.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
