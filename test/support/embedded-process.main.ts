import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { silentLog } from './log.ts'

/** Drains on SIGINT as the product does: it still uses the database after the signal, then stops it. */
const dataDir = process.argv[2] ?? ''
try {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog })
  const pool = createPool(server.url, { log: silentLog })
  process.once('SIGINT', () => {
    void (async () => {
      // Long enough for a server in the same process group to have ended of the same signal.
      await pool.query('SELECT pg_sleep(0.3)')
      console.log('drained')
      await pool.end()
      await server.stop()
      process.exit(0)
    })()
  })
  console.log(server.url)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
