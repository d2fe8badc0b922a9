import { beforeAll, describe, expect, it } from 'vitest'
import { requirePages } from '../support/product-process.ts'
import { check } from './checker/check.ts'
import { tamperings } from './checker/tamper.ts'
import { quotaObstacle } from './quota.ts'
import { report } from './report.ts'
import { tell } from './story.ts'

/** Seconds of faults: the short form of `npm run test:faults`, for every run of the tests. */
const SECONDS = 6

/** Each of them is in every story, however short. */
const CHEATS = /doubled arrival: the same|oversold seat|lost answer|missing message/

beforeAll(async () => {
  await requirePages()
})

describe('a story of faults', () => {
  // Both at once: most of the time of a story is waiting.
  it.concurrent.each([
    { seed: 1, variant: 'alone' },
    { seed: 2, variant: 'eventstoredb-split' },
  ] as const)(
    'leaves everything that was answered in its place, once (seed $seed, $variant)',
    async ({ seed, variant }) => {
      const withQuota = (await quotaObstacle()) === null
      const told = await tell({ seed, variant, seconds: SECONDS, withQuota, hurried: true })
      const again = `npm run test:faults -- --seed ${String(seed)} --variant ${variant} --minutes 0.2`
      expect(told.complaints, report(told, again)).toEqual([])
      for (const { what, rule, change } of tamperings.filter((one) => CHEATS.test(one.what))) {
        const rules = check(change(told.evidence)).map((complaint) => complaint.rule)
        expect(rules, `after ${what}`).toContain(rule)
      }
    },
    240_000,
  )
})
