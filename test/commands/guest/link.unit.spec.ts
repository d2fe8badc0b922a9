import { describe, expect, it } from 'vitest'
import { HOUR } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import { guest, linkIssued, linkRevoked, nobody, open, removedGuest, stateOf, touch } from './scenario.ts'

describe('the link of a guest', () => {
  it('is replaced by one with the next version', () => {
    guest.when({ kind: 'issue_link' }).then([linkIssued(2)])
    guest
      .events(linkRevoked(1))
      .when({ kind: 'issue_link' })
      .then([linkIssued(2)])
  })

  it('is revoked once', () => {
    guest.when({ kind: 'revoke_link' }).then([linkRevoked(1)])
    guest.events(linkRevoked(1)).when({ kind: 'revoke_link' }).then([])
  })

  it.each([
    ['an older version', guest.events(linkIssued(2)), 1],
    ['a version that was never issued', guest, 2],
    ['a revoked link', guest.events(linkRevoked(1)), 1],
    ['the old link after a revoked one was replaced', guest.events(linkRevoked(1), linkIssued(2)), 1],
  ])('opens nothing with %s, and always says the same', (_, spec, linkVersion) => {
    const refusals = [open({ linkVersion }), touch('page', NOW, linkVersion)].map((command) =>
      spec.when(command).refusal(),
    )
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ kind: 'not_found', code: 'link_invalid' })
      expect(refusal.message).toBe(nobody.when(open()).refusal().message)
    }
  })

  it('works again once a new one is issued', () => {
    const renewed = guest.events(linkRevoked(1), linkIssued(2))
    expect(renewed.when(open({ linkVersion: 2 })).facts()).toHaveLength(2)
  })

  it('is not issued to somebody removed', () => {
    removedGuest.when({ kind: 'issue_link' }).then('not_found')
  })
})

describe('an unscored visit', () => {
  const fact = (kind: 'page' | 'prefetch' | 'unfurl' | 'scanner') => ({
    type: 'LinkTouched',
    data: { kind },
    personal: { ip: '203.0.113.9', userAgent: 'WhatsApp/2' },
  })

  it.each(['page', 'prefetch', 'unfurl', 'scanner'] as const)('of kind %s is recorded', (kind) => {
    expect(guest.when(touch(kind)).facts()).toEqual([fact(kind)])
  })

  it('is recorded four times an hour, for each kind by itself', () => {
    const four = guest.after([touch('unfurl'), touch('unfurl'), touch('unfurl'), touch('unfurl')])
    four.when(touch('unfurl')).then([])
    expect(four.when(touch('page')).facts()).toEqual([fact('page')])
    expect(four.when(touch('unfurl', NOW + HOUR)).facts()).toEqual([fact('unfurl')])
    expect(
      guest
        .after([touch('unfurl'), touch('unfurl')])
        .when(touch('unfurl'))
        .facts(),
    ).toHaveLength(1)
  })

  it('changes nothing that is scored', () => {
    const before = stateOf(guest)
    const after = stateOf(guest.after([touch('page'), touch('scanner')]))
    expect(after.baseline).toEqual(before.baseline)
    expect(after.attempts.size).toBe(0)
  })
})
