import { describe, expect, it } from 'vitest'
import { repeatedAccess } from '../../../src/scoring/signals/repeated_access.ts'
import { anOpening, knownGuest } from '../builders.ts'

describe('repeated_access', () => {
  it.each([
    [0, 0],
    [1, 10],
    [5, 50],
    [6, 60],
    [7, 60],
    [400, 60],
  ])('after %d openings is %d', (openings, subScore) => {
    expect(repeatedAccess.measure(knownGuest({ openings }), anOpening())).toBe(subScore)
  })

  it('is worth a sentence from the sixth opening on, this one counted', () => {
    const explain = (openings: number) => repeatedAccess.explain(knownGuest({ openings }), anOpening(), 50)
    expect(explain(4)).toBeNull()
    expect(explain(5)).toEqual({ code: 'repeated_access', params: { times: 6 } })
  })
})
