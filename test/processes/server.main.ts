import { createServer } from './server.ts'

/** A server process of its own, to be killed: `node server.main.ts <database url> <smtp url> <now, epoch ms>`. */
const [databaseUrl = '', smtpUrl = '', now = ''] = process.argv.slice(2)
const clock = { now: () => Number(now) }
const server = await createServer({ databaseUrl, smtpUrl, outboxFolder: '/nowhere', clock })
await server.processes.start()
process.stdout.write('started\n')
