import { expect, it } from 'vitest'
import { flagNames, flagsDecider, isOn } from '../../src/commands/flags/decider.ts'
import { given } from '../support/decider-spec.ts'

const flags = given(flagsDecider)
const set = (flag: string, on: boolean) => ({ type: 'FeatureFlagSet', data: { flag, on } }) as const

it('is all on until something is switched off, and on again', () => {
  for (const flag of flagNames) {
    expect(isOn(flags.state, flag)).toBe(true)
    flags.when({ flag, on: true }).then([])
    flags.when({ flag, on: false }).then([set(flag, false)])
    const off = flags.after([{ flag, on: false }])
    expect(flagNames.filter((one) => !isOn(off.state, one))).toEqual([flag])
    off.when({ flag, on: false }).then([])
    off.when({ flag, on: true }).then([set(flag, true)])
  }
})

it('refuses a flag that nothing looks at, and still reads one that was taken out', () => {
  expect(flags.when({ flag: 'teleport', on: false }).refusal()).toMatchObject({ code: 'unknown_flag' })
  const later = flags.events(set('teleport', false))
  for (const flag of flagNames) expect(isOn(later.state, flag)).toBe(true)
})
