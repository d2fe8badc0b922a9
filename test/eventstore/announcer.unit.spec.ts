import { expect, it } from 'vitest'
import { Announcer } from '../../src/eventstore/embedded/announcer.ts'

it('tells the first position at once, and of those that come meanwhile the last', async () => {
  const told: bigint[] = []
  const first = Promise.withResolvers<undefined>()
  const announcer = new Announcer((position) => {
    told.push(position)
    return position === 1n ? first.promise : Promise.resolve()
  })
  announcer.reached(1n)
  expect(told).toEqual([1n])
  for (const position of [2n, 3n, 4n]) announcer.reached(position)
  first.resolve(undefined)
  await announcer.idle()
  expect(told).toEqual([1n, 4n])
})

it('goes on after an announcement that failed, and after a time without any', async () => {
  const told: bigint[] = []
  const announcer = new Announcer((position) => {
    told.push(position)
    return Promise.reject(new Error('no connection'))
  })
  announcer.reached(1n)
  announcer.reached(2n)
  await announcer.idle()
  announcer.reached(3n)
  await announcer.idle()
  expect(told).toEqual([1n, 2n, 3n])
})
