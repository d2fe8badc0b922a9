import closeWithGrace from 'close-with-grace'
import { Closers } from '../closers.ts'
import { readConfig, type Config } from '../config.ts'
import { layFoundation } from '../foundation.ts'
import { HOUR, SECOND, systemClock, type Clock } from '../kernel/time.ts'
import { loggerOf } from '../logger.ts'
import { startEmbeddedPostgres } from '../postgres/embedded.ts'
import { startProduct, type Product } from '../product.ts'
import { openDemoFolder } from './folder.ts'
import { startTrickle } from './live/trickle.ts'
import { diceOf } from './random.ts'
import { seed, storyOf, type Story } from './seed.ts'
import { Stage } from './stage.ts'
import { DEMO_HOST } from './story/scene.ts'

/** How long what is under way may take at a shutdown, in milliseconds. */
const GRACE = 25 * SECOND

/** What of the environment concerns the demo. No mail server and no other database: it writes to nobody, and only to its folder. */
const HEEDED = [
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'DATA_DIR',
  'LOG_LEVEL',
  'GEOIP_PROVIDER',
  'GEOIP_DB_PATH',
] as const

function demoConfig(env: NodeJS.ProcessEnv): Config {
  const heeded = Object.fromEntries(HEEDED.map((name) => [name, env[name]]))
  return readConfig({
    ...heeded,
    DATA_DIR: env['DATA_DIR'] ?? '.data-demo',
    LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn',
  })
}

function say(lines: readonly string[]): void {
  console.log(lines.join('\n'))
}

async function start(closers: Closers, given: Config, clock: Clock): Promise<void> {
  const fresh = process.argv.includes('--fresh')
  const folder = await openDemoFolder(given.dataDir, { fresh, now: clock.now() })
  const logger = loggerOf(given)
  // One server for the telling and for the product: it would take a second to stop and start in between.
  const server = await startEmbeddedPostgres({ dataDir: given.dataDir, log: logger })
  closers.add('the database server', () => server.stop())
  const config = { ...given, databaseUrl: server.url }
  if (!folder.told) {
    say(['Telling the story of 120 guests …'])
    await tellPast(closers, config, folder.began, clock)
    await folder.markTold()
  }
  const product = await startProduct({ config, logger, clock })
  closers.add('the product', () => product.stop())
  const story = storyOf(folder.began)
  welcome(product, story, clock.now() - folder.began)

  const name = `live ${String(clock.now())}`
  const company = { stage: new Stage(product, name), story, dice: diceOf(name), followUps: [] }
  const trickle = startTrickle(company, clock, logger)
  closers.add('the live guests', () => trickle.stop())
}

/** The past is played before anything runs that would write to guests about it. */
async function tellPast(outer: Closers, config: Config, now: number, clock: Clock): Promise<void> {
  const logger = loggerOf(config)
  const closers = new Closers(logger)
  // For a Ctrl-C in the middle; afterwards there is nothing left in it.
  outer.add('the story', () => closers.closeAll())
  await seed(await layFoundation(config, logger, clock, closers), now)
  await closers.closeAll()
}

/** A story that began longer ago is no longer of today, in milliseconds. */
const STALE = 12 * HOUR

function welcome({ url, tokens }: Product, { samples }: Story, age: number): void {
  const links = samples.map(({ eventId, id, person }) => {
    const token = tokens.issueLink({ eventId, guestId: id, version: 1 })
    return `  ${person.name.padEnd(18)} ${url ?? ''}/r/${token}`
  })
  say([
    `The GuestGuard demo is ready at ${url ?? ''}`,
    '',
    `  Sign in as         ${DEMO_HOST.email}`,
    `  with the password  ${DEMO_HOST.password}`,
    '',
    'Two guests of the event of today whom nobody else plays; be one of them:',
    ...links,
    '',
    'Guests go on opening, answering and arriving. Ctrl-C stops.',
    ...(age > STALE ? ['This story is no longer of today: "npm run demo -- --fresh" tells it anew.'] : []),
  ])
}

const closers = new Closers(loggerOf({ logLevel: 'warn' }))
const stopping = new AbortController()
closeWithGrace({ delay: GRACE, logger: false }, async ({ err, signal }) => {
  stopping.abort()
  if (err === undefined) say([`The demo stops (${signal ?? 'asked to'}).`])
  else console.error(`The demo stops: ${err.message}`)
  await closers.closeAll()
})
try {
  await start(closers, demoConfig(process.env), systemClock)
} catch (error) {
  // What is cut short by a Ctrl-C need not be explained.
  if (!stopping.signal.aborted) {
    console.error(`The demo does not start: ${error instanceof Error ? error.message : String(error)}`)
    await closers.closeAll()
    process.exit(1)
  }
}
