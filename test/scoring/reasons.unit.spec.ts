import { describe, expect, it } from 'vitest'
import { joinPlaces, REASON_CODES, separatePlaces, type Reason } from '../../src/scoring/reasons.ts'
import { referenceText, sentence } from '../../src/scoring/wording.ts'

const jump = (before: string | null, now: string | null, minutes = 12): Reason => ({
  code: 'geo_jump_impossible',
  params: { minutes },
  places: { before, now },
})

describe('sentences for hosts', () => {
  it.each<[Reason, string]>([
    [{ code: 'fingerprint_mismatch', params: {} }, 'Opened on a different device than the first time'],
    [{ code: 'ip_change', params: {} }, 'Opened from a different network than the first time'],
    [{ code: 'missing_signals', params: {} }, 'The browser shared no device details'],
    [{ code: 'repeated_access', params: { times: 6 } }, 'Opened 6 times'],
    [{ code: 'no_user_agent', params: {} }, 'The browser did not say what it is'],
    [{ code: 'single_signal_cap', params: { cap: 55 } }, 'Only one strong sign, so the score stays at 55'],
    [jump('Lagos', 'Paris'), 'Opened from Lagos and Paris within 12 minutes'],
    [jump('Lagos', 'Paris', 1), 'Opened from Lagos and Paris within 1 minute'],
    [jump('Lagos', 'Paris', 119), 'Opened from Lagos and Paris within 119 minutes'],
    [jump('Lagos', 'Paris', 200), 'Opened from Lagos and Paris within 3 hours'],
    [{ code: 'device_new', params: {} }, 'Opened on a device not known of this guest'],
    [{ code: 'network_abroad', params: {} }, 'Opened from a network in another country than before'],
    [{ code: 'device_trusted', params: {} }, 'From a device you trusted'],
    [{ code: 'network_known', params: {} }, 'From a network this guest used before'],
    [jump('NG', 'FR'), 'Opened from Nigeria and France within 12 minutes'],
    [jump(null, 'Paris'), 'Opened from another location and Paris within 12 minutes'],
    [jump('Lagos', null), 'Opened from Lagos and elsewhere within 12 minutes'],
    [jump(null, null), 'Opened from two places far apart within 12 minutes'],
    [
      { code: 'geo_jump_large', params: { km: 4716 }, places: { before: 'Lagos', now: 'FR' } },
      'Opened from France, 4,716 km from Lagos',
    ],
    [
      { code: 'geo_jump_large', params: { km: 512 }, places: { before: null, now: null } },
      'Opened from elsewhere, 512 km from the location before',
    ],
  ])('%j: %s', (reason, words) => {
    expect(sentence(reason)).toBe(words)
  })

  it('accuse nobody', () => {
    for (const code of REASON_CODES) {
      const words = sentence({ code, params: { times: 6, minutes: 2, km: 900, cap: 55 } })
      expect(words).not.toMatch(/fraud|stolen|fake|attack|suspicious|cheat|undefined/i)
    }
  })
})

describe('a reason after its places were erased', () => {
  const reasons: Reason[] = [{ code: 'ip_change', params: {} }, jump('Lagos', 'Paris')]

  it('is the same again when the places come back', () => {
    const { reasons: bare, places } = separatePlaces(reasons)
    expect(JSON.stringify(bare)).not.toMatch(/Lagos|Paris|places/)
    expect(places).toEqual({ before: 'Lagos', now: 'Paris' })
    expect(joinPlaces(bare, places)).toEqual(reasons)
  })

  it('is told without names when they do not', () => {
    const told = joinPlaces(separatePlaces(reasons).reasons, null)
    expect(told.map(sentence)).toEqual([
      'Opened from a different network than the first time',
      'Opened from two places far apart within 12 minutes',
    ])
    expect(told.map(referenceText)[1]).toBe('accessed from another location and elsewhere within 12 minutes')
  })

  it('has no places to seal when there was no jump', () => {
    expect(separatePlaces([{ code: 'ip_change', params: {} }]).places).toBeNull()
  })
})

describe('a code of a newer release', () => {
  it('is shown as it is, so that an older reader does not stop at it', () => {
    const reason = { code: 'from_the_future', params: { n: 1 } }
    expect([sentence(reason), referenceText(reason)]).toEqual(['from_the_future', 'from_the_future'])
  })

  it('is not looked up among what every object has', () => {
    expect(sentence({ code: 'toString', params: {} })).toBe('toString')
  })

  it('has no text of the reference scorer when it came after it', () => {
    const reason: Reason = { code: 'device_new', params: {} }
    expect(referenceText(reason)).toBe('device_new')
  })
})
