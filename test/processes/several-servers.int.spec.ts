import { expect } from 'vitest'
import { eventually, inWorld as test } from './world.ts'

test('of two servers one reads the log, both work, and every mail goes out once', async ({ world }) => {
  const [a, b] = [await world.running(), await world.running()]
  for (let n = 2; n <= 40; n++) await world.invite(n)
  await Promise.all(Array.from({ length: 40 }, (_, i) => world.queueInvitation(i + 1)))
  await world.quiet()
  expect(world.smtp.received).toHaveLength(40)
  expect(world.smtp.tries).toBe(40)
  const holders = await Promise.all([a, b].map(async ({ processes }) => (await processes.status()).holder))
  expect(holders.toSorted()).toEqual([false, true])
})

test('when the server that reads the log stops, the other one goes on', async ({ world }) => {
  const first = await world.running()
  await eventually(async () => {
    expect((await first.processes.status()).holder).toBe(true)
  })
  const second = await world.running()
  await world.stop(first)
  await world.queueInvitation(1)
  await eventually(async () => {
    expect(await world.history(1)).toContain('InvitationSent')
  })
  expect((await second.processes.status()).holder).toBe(true)
})
