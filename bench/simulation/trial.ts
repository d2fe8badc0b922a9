import { Ranking, type Figures } from './measures.ts'
import type { Model } from './models.ts'
import type { Population } from './population.ts'
import { seeded } from './random.ts'
import type { Attack } from './attackers.ts'

/** Some models on one population. */
export interface Trial {
  readonly figures: ReadonlyMap<Model, Figures>
  /** Bootstrap over guests: in each round all models see the same guests, so that differences are paired. */
  readonly rounds: readonly ReadonlyMap<Model, Figures>[]
  readonly scores: ReadonlyMap<Model, readonly number[]>
  readonly attacks: readonly (Attack | null)[]
  readonly rankings: ReadonlyMap<Model, Ranking>
}

/** @param rounds of the bootstrap; the openings of one guest go together, for they are anything but independent */
export function runTrial(models: readonly Model[], { guests }: Population, rounds: number): Trial {
  const attacks = guests.flat().map(({ attack }) => attack)
  const labels = Uint8Array.from(attacks, (attack) => (attack === null ? 0 : 1))
  const owners = Uint32Array.from(guests.flatMap((history, guest) => history.map(() => guest)))
  const scores = new Map(models.map((model) => [model, guests.flatMap((one, n) => model.score(one, n))]))
  const rankings = new Map(models.map((model) => [model, new Ranking(scores.get(model)!, labels, owners)]))
  const weighed = (weights: Uint8Array) =>
    new Map([...rankings].map(([model, ranking]) => [model, ranking.figures(weights)]))
  const random = seeded(guests.length)
  return {
    figures: weighed(new Uint8Array(guests.length).fill(1)),
    rounds: Array.from({ length: rounds }, () => weighed(Uint8Array.from(guests, () => random.poisson()))),
    scores,
    attacks,
    rankings,
  }
}
