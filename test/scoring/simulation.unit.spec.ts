import { describe, expect, it } from 'vitest'
import { Freeman } from '../../bench/simulation/freeman.ts'
import { interval, Ranking } from '../../bench/simulation/measures.ts'
import { ruleModel } from '../../bench/simulation/models.ts'
import { simulate } from '../../bench/simulation/population.ts'
import { seeded } from '../../bench/simulation/random.ts'
import { runTrial } from '../../bench/simulation/trial.ts'
import { plainWorld } from '../../bench/simulation/world.ts'
import { v1 } from '../../src/scoring/rules/v1.ts'
import { v2 } from '../../src/scoring/rules/v2.ts'
import { anOpening, LAPTOP, paris } from './builders.ts'

/** One opening a guest. */
function ranking(own: readonly number[], others: readonly number[]) {
  const scores = [...own, ...others]
  const labels = Uint8Array.from(scores, (_score, n) => (n < own.length ? 0 : 1))
  return new Ranking(scores, labels, Uint32Array.from(scores.keys()))
}

const ones = (count: number) => new Uint8Array(count).fill(1)

describe('the measures', () => {
  it('count the pairs in which the stranger scores higher, and half of the ties', () => {
    // Of the six pairs 30 > 10, 30 > 20, 20 > 10 and 30 > 5, 20 > 5 are right and 20 = 20 is a tie.
    expect(ranking([10, 20, 5], [30, 20]).figures(ones(5)).auc).toBeCloseTo(5.5 / 6)
  })

  it('tell what share of the guests’ own is challenged when so many are caught, ties by lot', () => {
    const { challenged } = ranking([0, 0, 0, 50, 0, 0, 0, 0, 0, 90], [100, 100, 50, 50, 0]).figures(ones(15))
    // Two of five above 90; 80 % is all with 50, 90 % half of those with 0, 95 % three quarters.
    expect(challenged.map((share) => share.toFixed(3))).toEqual(['0.200', '0.600', '0.800'])
  })

  it('weigh guests as a bootstrap drew them', () => {
    const twice = ranking([10, 40], [20]).figures(Uint8Array.from([1, 3, 2]))
    expect(twice.auc).toBeCloseTo(0.25)
  })

  it('tell how many of a kind are caught for a given share of alarms', () => {
    const found = ranking([10, 10, 10, 50], [60, 50, 10]).caughtAt(0.25, (n) => n >= 4)
    expect(found).toBeCloseTo(2 / 3)
  })

  it('take the middle 95 % as the interval', () => {
    expect(interval(Array.from({ length: 201 }, (_none, n) => 200 - n))).toEqual([5, 195])
  })
})

describe('the simulation', () => {
  it('is the same for the same seed and another for the next', () => {
    const one = simulate(5, 40, plainWorld)
    expect(simulate(5, 40, plainWorld)).toEqual(one)
    expect(simulate(6, 40, plainWorld)).not.toEqual(one)
  })

  it('draws as it says', () => {
    const random = seeded(1)
    const draws = Array.from({ length: 20_000 }, () => random.poisson())
    expect(draws.reduce((sum, one) => sum + one, 0) / draws.length).toBeCloseTo(1, 1)
    const heads = draws.filter(() => random.chance(0.3)).length / draws.length
    expect(heads).toBeCloseTo(0.3, 1)
  })

  it('finds v2 well ahead of v1 on guests that it was not tuned on', () => {
    const [one, two] = [ruleModel('v1', v1), ruleModel('v2', v2)]
    const { figures } = runTrial([one, two], simulate(20_260_602, 1_500, plainWorld), 0)
    expect(figures.get(two)!.auc).toBeGreaterThan(figures.get(one)!.auc + 0.03)
    expect(figures.get(two)!.challenged[0]).toBeLessThan(figures.get(one)!.challenged[0]!)
  })
})

describe('the published model', () => {
  const trained = new Freeman()
  for (let n = 0; n < 50; n++) {
    trained.observe(
      anOpening({
        ipPrefix: `203.0.${String(n)}.0/24`,
        fingerprintDigest: n < 25 ? 'common' : `d${String(n)}`,
      }),
    )
    trained.observe(
      anOpening({ ipPrefix: `198.51.${String(n)}.0/24`, geo: paris, agent: LAPTOP, fingerprintDigest: 'bb' }),
    )
  }

  function afterOne(first: Parameters<typeof anOpening>[0]) {
    const guest = trained.startGuest()
    guest.learn(anOpening(first))
    return (then: Parameters<typeof anOpening>[0]) => guest.score(anOpening(then))
  }

  it('finds the same again likely, the same block less, another country least', () => {
    const score = afterOne({ ipPrefix: '203.0.1.0/24' })
    const same = score({ ipPrefix: '203.0.1.0/24' })
    const block = score({ ipPrefix: '203.0.2.0/24' })
    const abroad = score({ ipPrefix: '198.51.1.0/24', geo: paris, agent: LAPTOP, fingerprintDigest: 'bb' })
    expect(same).toBeLessThan(block)
    expect(block).toBeLessThan(abroad)
    expect(same).toBeLessThan(0)
    expect(abroad).toBeGreaterThan(0)
  })

  it('makes less of a device that many have', () => {
    const common = afterOne({ fingerprintDigest: 'common' })({ fingerprintDigest: 'common' })
    const rare = afterOne({ fingerprintDigest: 'd30' })({ fingerprintDigest: 'd30' })
    expect(rare).toBeLessThan(common)
  })

  it('says nothing without a history', () => {
    expect(trained.startGuest().score(anOpening({ ipPrefix: '203.0.1.0/24' }))).toBeCloseTo(0)
  })
})
