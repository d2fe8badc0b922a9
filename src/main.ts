import closeWithGrace from 'close-with-grace'
import { readConfig } from './config.ts'
import { SECOND } from './kernel/time.ts'
import { loggerOf } from './logger.ts'
import { startProduct } from './product.ts'

/** How long what is under way may take at a shutdown, in milliseconds. */
const GRACE = 25 * SECOND

function fail(error: unknown): never {
  console.error(`GuestGuard does not start: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}

try {
  const config = readConfig(process.env)
  const logger = loggerOf(config)
  const product = await startProduct({ config, logger })
  closeWithGrace({ delay: GRACE, logger: false }, async ({ err, signal }) => {
    if (err !== undefined) logger.fatal({ err }, 'stopping after an error that nothing handled')
    else logger.info({ signal }, 'stopping')
    await product.stop()
  })
  if (product.url === null) console.log('GuestGuard worker is running')
  else console.log(`GuestGuard is ready at ${product.url}`)
} catch (error) {
  fail(error)
}
