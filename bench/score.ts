import { parseArgs } from 'node:util'
import { SECOND } from '../src/kernel/time.ts'
import { emptyBaseline, evolveBaseline, type Baseline } from '../src/scoring/baseline.ts'
import type { Opening } from '../src/scoring/opening.ts'
import { ruleSets } from '../src/scoring/rules/registry.ts'
import { scoreOpening, type RuleSet } from '../src/scoring/score.ts'
import { simulate } from './simulation/population.ts'
import { plainWorld } from './simulation/world.ts'
import { goal, table } from './report.ts'

type Pair = readonly [Baseline, Opening]

/**
 * How many openings one core scores in a second: the pure scorer of every rule set, with sub-scores and reasons, on openings
 * of simulated guests and of others. The target is 500,000.
 *
 * `--guests` of the simulation, `--seconds` for each rule set
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { guests: { type: 'string', default: '2000' }, seconds: { type: 'string', default: '3' } },
  })
  const pairs = simulate(1, Number(values.guests), plainWorld).guests.flatMap((history) => {
    let baseline = emptyBaseline
    return history.map(({ opening }): Pair => {
      const pair = [baseline, opening] as const
      baseline = evolveBaseline(baseline, opening)
      return pair
    })
  })
  const rows = ruleSets.map((ruleSet) => {
    measure(ruleSet, pairs, SECOND)
    return { rules: ruleSet.id, ...measure(ruleSet, pairs, Number(values.seconds) * SECOND) }
  })
  table(`${String(pairs.length)} openings, over and over; CPU time of this process`, rows)
  for (const row of rows) {
    const rate = row['openings/s a core']
    const measured = `${rate.toLocaleString('en')}/s a core`
    goal({ what: `pure scorer, ${row.rules}`, measured, wanted: '500,000/s or more', met: rate >= 500_000 })
  }
  await Promise.resolve()
}

/** By CPU time, garbage collection included: on a busy machine the wall clock measures the neighbours. */
function measure(ruleSet: RuleSet, pairs: readonly Pair[], ms: number) {
  const start = performance.now()
  const cpu = process.cpuUsage()
  let openings = 0
  let points = 0
  while (performance.now() - start < ms) {
    for (const [baseline, opening] of pairs) points += scoreOpening(ruleSet, baseline, opening).score
    openings += pairs.length
  }
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return {
    'openings/s a core': Math.round(openings / ((user + system) / 1e6)),
    'openings/s by the wall clock': Math.round((openings / wall) * SECOND),
    'mean score': (points / openings).toFixed(1),
  }
}
