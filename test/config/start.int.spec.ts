import { createServer } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataDir, requirePages, spawnProduct } from '../support/product-process.ts'

type Folder = Awaited<ReturnType<typeof createDataDir>>

let folder: Folder

beforeAll(async () => {
  await requirePages()
  folder = await createDataDir()
})

afterAll(async () => {
  await folder.remove()
})

/** @returns all that the process said before it ended, which has to be with code 1 */
async function refusalWith(env: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await spawnProduct({ DATA_DIR: folder.dir, ...env }).ended
  expect(code).toBe(1)
  return stdout + stderr
}

const oneLine = (start: string) => new RegExp(`^GuestGuard does not start: ${start}[^\\n]*\\n$`)

describe('a start that cannot succeed ends with one line that names what to change', () => {
  it.each([
    ['PORT', { PORT: 'eighty' }, 'PORT takes a port number'],
    ['DATA_DIR', { DATA_DIR: '/dev/null/data' }, 'DATA_DIR: '],
    [
      'DATABASE_URL',
      { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
      'DATABASE_URL: cannot use PostgreSQL',
    ],
    ['TWILIO_FROM', { TWILIO_FROM: '+15550100' }, 'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM'],
  ])('for a wrong %s', async (_name, env, start) => {
    expect(await refusalWith(env)).toMatch(oneLine(start))
  })

  it('for values that only the database, the keys or the network can refuse', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    try {
      const wrong: readonly (readonly [Record<string, string>, string])[] = [
        [{ EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' }, 'EVENTSTORE_URL: cannot use EventStoreDB'],
        [{ MASTER_KEY: 'short' }, 'MASTER_KEY: key 1 is not the base64 of 32 bytes'],
        [
          { GEOIP_PROVIDER: 'maxmind', GEOIP_DB_PATH: '/nowhere.mmdb' },
          'GEOIP_DB_PATH: cannot use /nowhere.mmdb',
        ],
        [{ MAIL_FROM: 'nobody' }, 'MAIL_FROM: '],
        [{ HOST: '192.0.2.1' }, 'HOST: 192.0.2.1 is not an address of this machine'],
        [{ PORT: String(port) }, `PORT: another program listens on 127.0.0.1:${String(port)}`],
      ]
      for (const [env, start] of wrong) expect(await refusalWith(env)).toMatch(oneLine(start))
    } finally {
      taken.close()
    }
  }, 60_000)

  it('for a folder that another process has, and the other goes on', async () => {
    const first = spawnProduct({ DATA_DIR: folder.dir })
    try {
      await first.ready
      const said = await refusalWith({})
      expect(said).toMatch(
        oneLine(`${folder.dir} is in use by another GuestGuard process \\(process ${String(first.pid)}\\)`),
      )
      expect((await (await first.client()).get('/health/ready')).status).toBe(200)
    } finally {
      expect((await first.end('SIGTERM')).code).toBe(0)
    }
  })

  it('for a master key that is not that of the database', async () => {
    const key = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f1', 'hex')
    const said = await refusalWith({ MASTER_KEY: key.toString('base64') })
    expect(said).toMatch(oneLine('this database was sealed under the master key'))
    expect(said).toContain('Put the right key back into MASTER_KEY')
  })

  it('for a folder that is a file', async () => {
    const file = `${folder.dir}.txt`
    await writeFile(file, '')
    expect(await refusalWith({ DATA_DIR: file })).toMatch(oneLine('DATA_DIR: '))
  })
})
