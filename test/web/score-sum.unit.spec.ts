import { describe, expect, it } from 'vitest'
import { scoreSum } from '../../web/src/features/live/score-sum.ts'

describe('how a score came about', () => {
  it.each([
    [{ fingerprint_mismatch: 40, repeated_access: 2 }, 42, 42, 'same'],
    [{ ip_change: 12.5 }, 12, 12.5, 'rounded'],
    [{ fingerprint_mismatch: 40, ip_change: 20, geo_jump: 40, no_user_agent: 12 }, 100, 112, 'most'],
    [{ new_device: 0, known_device: -35 }, 0, -35, 'least'],
    [{ geo_jump: 40, ip_change: 16.2 }, 55, 56.2, 'capped'],
    [{ ip_change: 0.1, repeated_access: 0.2 }, 0, 0.3, 'rounded'],
  ])('from %j to %i adds up to %d, %s', (points, score, sum, counted) => {
    expect(scoreSum({ points, score })).toMatchObject({ sum, counted })
  })

  it('names the signals that add most first, and those that speak for the guest last', () => {
    const points = { known_device: -35, repeated_access: 2, fingerprint_mismatch: 40 }
    expect(scoreSum({ points, score: 7 })?.parts.map(([name]) => name)).toEqual([
      'fingerprint_mismatch',
      'repeated_access',
      'known_device',
    ])
  })

  it('is not told without the rules that made it', () => {
    expect(scoreSum({ points: null, score: 40 })).toBeNull()
    expect(scoreSum({ points: {}, score: null })).toBeNull()
  })
})
