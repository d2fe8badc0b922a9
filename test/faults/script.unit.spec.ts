import { describe, expect, it } from 'vitest'
import { diceOf } from '../../src/demo/random.ts'
import { doorStep, faultKinds, faultRound, hostStep, phoneStep } from './script.ts'
import { VARIANTS } from './stage.ts'

function scriptOf(seed: number) {
  const dice = (name: string) => diceOf(`${String(seed)} ${name}`)
  const [host, phone, door, nemesis] = [dice('host'), dice('phone'), dice('door'), dice('nemesis')]
  return {
    host: Array.from({ length: 200 }, () => hostStep(host)),
    phone: Array.from({ length: 200 }, () => phoneStep(phone, 1, 3)),
    door: Array.from({ length: 200 }, () => doorStep(door)),
    faults: [1, 2, 3].map(() => faultRound(nemesis, faultKinds('eventstoredb-split', true))),
  }
}

describe('the script of a story', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(scriptOf(7)).toEqual(scriptOf(7))
    expect(scriptOf(8)).not.toEqual(scriptOf(7))
  })

  it('has every kind of step in it before long', () => {
    const { host, phone, door } = scriptOf(7)
    expect(new Set(host.map(({ kind }) => kind)).size).toBe(10)
    expect(new Set(phone.map(({ answer }) => answer)).size).toBe(3)
    expect(door.some(({ undo }) => undo) && door.some(({ scansTwice }) => scansTwice)).toBe(true)
  })

  it('leaves every guest to one phone', () => {
    for (const number of [0, 1, 2]) {
      const dice = diceOf(`phone ${String(number)}`)
      for (let step = 0; step < 500; step++) expect(phoneStep(dice, number, 3).guest % 3).toBe(number)
    }
  })

  it('does every harm that fits in each round, whatever the order', () => {
    for (const variant of VARIANTS) {
      const kinds = faultKinds(variant, true)
      const round = faultRound(diceOf(variant), kinds).map(({ fault }) => fault.kind)
      expect(round.toSorted()).toEqual(kinds.toSorted())
      expect(kinds.includes('cut')).toBe(variant.startsWith('eventstoredb'))
    }
  })
})
