/** Draws that depend on the seed alone, so that a simulation is the same on every machine. */
export interface Random {
  /** 0 included, 1 excluded. */
  next(): number
  chance(probability: number): boolean
  /** 0 to `below` - 1. */
  int(below: number): number
  pick<T>(list: readonly T[]): T
  weighted<T>(choices: readonly (readonly [T, number])[]): T
  /** A rank from 0 to `below` - 1 by Zipf's law: rank k is drawn with a weight of 1 / (k + 1). */
  zipf(below: number): number
  logNormal(median: number, sigma: number): number
  exponential(mean: number): number
  /** Poisson with mean 1, as the weights of a bootstrap need it. */
  poisson(): number
}

/** @param seed any integer; the generator is mulberry32, whose 32 bits of state are plenty for some million draws */
export function seeded(seed: number): Random {
  let state = seed | 0
  const harmonic = new Map<number, number>()

  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  const int = (below: number): number => Math.floor(next() * below)

  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(list.length)]!,
    weighted(choices) {
      let rest = next() * choices.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [choice, weight] of choices) if ((rest -= weight) < 0) return choice
      return choices.at(-1)![0]
    },
    zipf(below) {
      let sum = harmonic.get(below)
      if (sum === undefined) {
        sum = 0
        for (let k = 1; k <= below; k++) sum += 1 / k
        harmonic.set(below, sum)
      }
      let rest = next() * sum
      for (let k = 0; k < below; k++) if ((rest -= 1 / (k + 1)) < 0) return k
      return below - 1
    },
    logNormal(median, sigma) {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      return median * Math.exp(sigma * normal)
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    poisson() {
      let count = 0
      for (let product = next(); product > Math.exp(-1); product *= next()) count++
      return count
    },
  }
}
