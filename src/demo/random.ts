import { createHash } from 'node:crypto'

/** Random numbers that come out the same each time for the same label: the story has no other dice. */
export interface Dice {
  /** From 0 to below 1. */
  next(): number
  /** A whole number, both ends included. */
  int(min: number, max: number): number
  chance(probability: number): boolean
  /** @throws Error for an empty list */
  pick<T>(list: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
}

/** @returns 32 bits that depend on every character of the text */
export function hash32(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0)
}

/** mulberry32, public domain, by Tommy Ettinger: 32 bits of state are plenty for a few thousand throws. */
export function diceOf(label: string): Dice {
  let state = hash32(label)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  const pick = <T>(list: readonly T[]): T => {
    const index = int(0, list.length - 1)
    if (index >= list.length) throw new Error('there is nothing to pick from')
    return list[index] as T
  }
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick,
    shuffled(list) {
      const copy = [...list]
      for (let last = copy.length - 1; last > 0; last--) {
        const other = int(0, last)
        const held = copy[last]
        copy[last] = copy[other] as (typeof copy)[number]
        copy[other] = held as (typeof copy)[number]
      }
      return copy
    },
  }
}
