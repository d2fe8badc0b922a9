import { expect, it } from 'vitest'
import { compare, type Banded } from '../../src/rescoring/comparison.ts'
import type { Rescored } from '../../src/rescoring/history.ts'
import { DEFAULT_THRESHOLDS as thresholds } from '../../src/scoring/bands.ts'

let attempts = 0

function opening(before: number, now: number | null, more: Partial<Rescored> = {}): Banded<Rescored> {
  attempts += 1
  return {
    thresholds,
    opening: {
      attemptId: `attempt-${String(attempts)}`,
      guestId: 'guest-1',
      at: 0,
      before: { ruleSet: 'v1', score: before, band: 'low' },
      decision: 'allowed',
      rescores: 0,
      now: now === null ? null : { ruleSet: 'v2', score: now, subScores: {}, reasons: [] },
      verdict: null,
      ...more,
    },
  }
}

it('bands both scores by the same thresholds and counts the moves', () => {
  const { before, now, moves } = compare([opening(65, 24), opening(65, 61), opening(10, 40), opening(10, 45)])
  expect(before).toEqual({ low: 2, medium: 0, high: 2, block: 0 })
  expect(now).toEqual({ low: 1, medium: 2, high: 1, block: 0 })
  expect(moves).toEqual([
    { from: 'low', to: 'medium', count: 2 },
    { from: 'high', to: 'low', count: 1 },
  ])
})

it('counts a guest as affected when the worst opening changes its band, not when another does', () => {
  const same = [opening(90, 90, { guestId: 'a' }), opening(65, 10, { guestId: 'a' })]
  const other = [opening(90, 20, { guestId: 'b' })]
  expect(compare(same).guestsAffected).toBe(0)
  expect(compare([...same, ...other]).guestsAffected).toBe(1)
})

it('measures flagging by the verdicts of the host', () => {
  const { verdicts, agreementBefore, agreementNow } = compare([
    opening(70, 10, { verdict: 'legitimate' }),
    opening(70, 80, { verdict: 'suspicious' }),
    opening(20, 75, { verdict: 'suspicious' }),
    opening(70, 10),
  ])
  expect(verdicts).toEqual({ legitimate: 1, suspicious: 2 })
  expect(agreementBefore).toEqual({ precision: 0.5, recall: 0.5 })
  expect(agreementNow).toEqual({ precision: 1, recall: 1 })
})

it('says that it does not know where there is nothing to measure by', () => {
  const { agreementNow } = compare([opening(10, 10)])
  expect(agreementNow).toEqual({ precision: null, recall: null })
})

it('leaves the openings of forgotten people where they are', () => {
  const { notRescorable, now } = compare([opening(70, null)])
  expect(notRescorable).toBe(1)
  expect(now).toEqual({ low: 0, medium: 0, high: 1, block: 0 })
})
