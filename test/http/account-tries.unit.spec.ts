import { expect, it } from 'vitest'
import { accountTries } from '../../src/http/account-tries.ts'
import { MINUTE } from '../../src/kernel/time.ts'

it('forgets tries all at once, as long after the first as was said', () => {
  let now = 1
  const tries = accountTries(2, 15 * MINUTE, () => now)
  expect(tries.take('ada')).toBeNull()
  now += 10 * MINUTE
  expect(tries.take('ada')).toBeNull()
  expect(tries.take('ada')).toBe(5 * 60)
  expect(tries.take('grace'), 'another account').toBeNull()
  now += 5 * MINUTE + 1
  expect([tries.take('ada'), tries.take('ada'), tries.take('ada')]).toEqual([null, null, 15 * 60])
})

it('gives back one for one, and never more than were taken', () => {
  const tries = accountTries(2, MINUTE, () => 1)
  tries.take('ada')
  tries.take('ada')
  tries.giveBack('ada')
  expect([tries.take('ada'), tries.take('ada')]).toEqual([null, 60])
  for (let count = 0; count < 5; count++) tries.giveBack('ada')
  expect([tries.take('ada'), tries.take('ada'), tries.take('ada')]).toEqual([null, null, 60])
})
