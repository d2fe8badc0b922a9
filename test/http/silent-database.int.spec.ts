import { expect, inject, it } from 'vitest'
import { MINUTE } from '../../src/kernel/time.ts'
import { startTcpProxy } from '../faults/tcp-proxy.ts'
import { addGuest, createEvent, expectStatus, register } from '../support/party.ts'
import { startTestProduct } from '../support/product.ts'

const PATIENTLY = { timeout: 2 * MINUTE, interval: 200 }

it('goes on with other connections, lists and mails and all, when each to the database goes silent', async ({
  onTestFinished,
}) => {
  const network = await startTcpProxy(Number(new URL(inject('postgresUrl')).port))
  onTestFinished(() => {
    network.close()
  })
  const product = await startTestProduct({ databasePort: network.port })
  onTestFinished(() => product.stop())
  const host = await register(product)
  const { id } = await createEvent(host)
  const event = `/api/events/${id}`
  const guest = await addGuest(host, id, { email: 'grace@example.org' })

  network.strand()
  expectStatus(await host.client.get(`${event}/guests`), 200)
  const send = () => host.client.post(`${event}/invitations/send`, { channel: 'email' })
  await expect.poll(async () => (await send()).status, PATIENTLY).toBe(202)
  const invited = async () => (await host.client.get(`${event}/guests/${guest.id}`)).text
  await expect.poll(invited, PATIENTLY).toContain('"status":"invited"')
}, 300_000)
