import { parseArgs } from 'node:util'
import { requirePages } from '../support/product-process.ts'
import { quotaObstacle } from './quota.ts'
import { report } from './report.ts'
import { Stage, VARIANTS, type Variant } from './stage.ts'
import { tell } from './story.ts'

/** Seconds of faults in one story, at most; then everything is examined and another story begins. */
const STORY = 60

const { values } = parseArgs({
  options: { seed: { type: 'string' }, minutes: { type: 'string' }, variant: { type: 'string' } },
})
const minutes = Number(values.minutes ?? 5)
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000))
const only = VARIANTS.find((variant) => variant === values.variant)
if (
  !(minutes > 0) ||
  !Number.isSafeInteger(firstSeed) ||
  (values.variant !== undefined && only === undefined)
) {
  console.error(`npm run test:faults -- [--seed N] [--minutes M] [--variant ${VARIANTS.join('|')}]`)
  process.exit(2)
}

await requirePages()
const obstacle = await quotaObstacle()
if (obstacle !== null) console.log(`skipped: spending the quota of the outbox: ${obstacle}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([...Stage.open].map((stage) => stage.close())).finally(() => process.exit(130))
  })
}

let failed = 0
const end = performance.now() + minutes * 60_000
for (let seed = firstSeed; performance.now() < end || seed === firstSeed; seed++) {
  const variant = only ?? VARIANTS[seed % VARIANTS.length] ?? ('alone' satisfies Variant)
  const left = Math.round((end - performance.now()) / 1_000)
  const seconds = Math.max(10, Math.min(STORY, left))
  console.log(`seed ${String(seed)}, ${variant}, ${String(seconds)} s of faults`)
  const again = `npm run test:faults -- --seed ${String(seed)} --variant ${variant} --minutes ${String(seconds / 60)}`
  try {
    const told = await tell({ seed, variant, seconds, withQuota: obstacle === null, hurried: false })
    console.log(report(told, again))
    if (told.complaints.length > 0) failed += 1
  } catch (error) {
    console.error(error)
    console.error(`  the story broke off; again: ${again}`)
    failed += 1
  }
}
process.exit(failed === 0 ? 0 : 1)
