import { describe, expect, it } from 'vitest'
import { helpOfCommand, unknownOption } from '../../src/cli/help.ts'
import { durationText, Meter } from '../../src/cli/meter.ts'
import { projectionCommands } from '../../src/cli/projections/commands.ts'
import { distanceBetween, suggestionFor } from '../../src/cli/suggest.ts'
import { bytesText, tableOf } from '../../src/cli/table.ts'

it('suggests the word that was meant, and none when nothing is near', () => {
  expect(distanceBetween('kitten', 'sitting')).toBe(3)
  expect(suggestionFor('verfiy', ['verify', 'retry'])).toBe('verify')
  expect(suggestionFor('rebuild', ['swap', 'list'])).toBeUndefined()
})

it('sets rows in columns, numbers to the right', () => {
  expect(
    tableOf(
      ['name', 'facts'],
      [
        ['guests', '7'],
        ['rsvps', '1,200'],
      ],
    ),
  ).toEqual(['name    facts', 'guests      7', 'rsvps   1,200'])
})

it('tells sizes and durations in units that are read at a glance', () => {
  expect([0, 999, 1_500, 250_000_000].map(bytesText)).toEqual(['0 bytes', '999 bytes', '1.5 KB', '250 MB'])
  expect([0.2, 90, 600, 9_000].map(durationText)).toEqual(['1 s', '90 s', '10 min', '2.5 h'])
})

it('refuses an option that the help of a command does not name', () => {
  const [list] = projectionCommands
  if (list === undefined) throw new Error('there are commands')
  expect(unknownOption(list, ['--jsno'])).toBe('There is no option --jsno. Did you mean --json?')
  expect(unknownOption(list, ['--json', '-x'])).toBe('There is no option -x.')
  expect(unknownOption(list, ['--', '--anything'])).toBeUndefined()
})

it('shows an example in the help of each command for projections', () => {
  for (const command of projectionCommands)
    expect(helpOfCommand(command)).toMatch(/Examples:\n {2}guestguard projections/)
})

describe('the meter', () => {
  const advance = { label: 'guests', done: 250, total: 1_000, perSecond: 50.4, etaSeconds: 15 }

  function meterOn(isTTY: boolean) {
    const written: string[] = []
    const clock = { now: 0 }
    const output = { isTTY, columns: 80, write: (text: string) => written.push(text) }
    return { meter: new Meter(output, () => clock.now), written, clock }
  }

  it('is a bar on a terminal, drawn over and taken away', () => {
    const { meter, written, clock } = meterOn(true)
    meter.show(advance)
    meter.show({ ...advance, done: 251 })
    clock.now = 150
    meter.show({ ...advance, done: 500 })
    meter.clear()
    meter.clear()
    expect(written).toEqual([
      '\r\u001b[2Kguests  [██████··················]  25 %, 250 of 1,000, 50/s, 15 s left',
      '\r\u001b[2Kguests  [████████████············]  50 %, 500 of 1,000, 50/s, 15 s left',
      '\r\u001b[2K',
    ])
  })

  it('tells only what was done where nobody knows how much there is', () => {
    const { meter, written } = meterOn(true)
    meter.show({ label: 'vault_keys', done: 1_200, total: 0, perSecond: null, etaSeconds: null })
    expect(written).toEqual(['\r\u001b[2Kvault_keys  1,200'])
  })

  it('is a line now and then elsewhere, and a last one', () => {
    const { meter, written, clock } = meterOn(false)
    meter.show(advance)
    clock.now = 2_000
    meter.show(advance)
    clock.now = 2_100
    meter.show({ ...advance, done: 1_000, etaSeconds: 0 })
    meter.show({ ...advance, done: 1_000, etaSeconds: 0 })
    meter.clear()
    expect(written).toEqual([
      'guests: 25 %, 250 of 1,000, 50/s, 15 s left\n',
      'guests: 100 %, 1,000 of 1,000, 50/s, 0 s left\n',
    ])
  })
})
