import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectLive } from '../support/live-feed.ts'
import { createEvent, expectStatus, PASSWORD } from '../support/party.ts'
import {
  createDataDir,
  isAlive,
  postmasterOf,
  requirePages,
  spawnProduct,
  until,
} from '../support/product-process.ts'

// Starts and stops a process with its database, which a busy machine makes slow.
vi.setConfig({ testTimeout: 90_000 })

let folder: Awaited<ReturnType<typeof createDataDir>>

beforeAll(async () => {
  await requirePages()
})

beforeEach(async () => {
  folder = await createDataDir()
})

afterEach(async () => {
  await folder.remove()
})

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s lets what is under way finish, and leaves no database behind',
    async (signal) => {
      const product = spawnProduct({ DATA_DIR: folder.dir })
      const host = await product.client()
      expectStatus(
        await host.post('/api/auth/register', { email: 'host@example.org', password: PASSWORD }),
        201,
      )
      const event = await createEvent({ client: host })
      await connectLive(host, `/api/events/${event.id}/live`)
      const postmaster = (await postmasterOf(folder.dir)) ?? 0
      expect(isAlive(postmaster)).toBe(true)

      const rows = Array.from(
        { length: 3_000 },
        (_, at) => `Guest ${String(at)},guest-${String(at)}@example.org`,
      )
      const importing = host.request('POST', `/api/events/${event.id}/guests/import`, {
        body: ['name,email', ...rows].join('\n'),
        headers: { 'content-type': 'text/csv' },
      })
      const visitors = await Promise.all(
        Array.from({ length: 12 }, (_, at) => product.client(`10.0.1.${String(at)}`)),
      )
      const registering = visitors.map((visitor, at) =>
        visitor.post('/api/auth/register', { email: `guest-${String(at)}@example.org`, password: PASSWORD }),
      )
      // The first answer shows that all of them have arrived: they were sent before it was given.
      await Promise.race(registering)
      const ended = await product.end(signal)

      expect((await importing).status).toBe(200)
      expect((await Promise.all(registering)).map(({ status }) => status)).toEqual(registering.map(() => 201))
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      expect(isAlive(postmaster)).toBe(false)
      expect(await postmasterOf(folder.dir)).toBeNull()
    },
  )

  it('while the product starts leaves no database behind, and a folder that can be used', async () => {
    const product = spawnProduct({ DATA_DIR: folder.dir })
    await until('the database server runs', async () => (await postmasterOf(folder.dir)) !== null)
    const postmaster = (await postmasterOf(folder.dir)) ?? 0
    await product.end('SIGTERM')
    await until('the database server has ended', () => !isAlive(postmaster))

    const again = spawnProduct({ DATA_DIR: folder.dir })
    await again.ready
    expect((await again.end('SIGTERM')).code).toBe(0)
  })
})
