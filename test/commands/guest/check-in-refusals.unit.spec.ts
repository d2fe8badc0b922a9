import { describe, it } from 'vitest'
import { MAX_REFUSALS_PER_HOUR, MAX_TURN_AWAYS_PER_HOUR } from '../../../src/commands/guest/check-in.ts'
import type { GuestCommand, Scan } from '../../../src/commands/guest/commands.ts'
import { HOUR, MINUTE } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import { refused } from './arrivals.ts'
import { checkIn, forgottenGuest, guest, scan } from './scenario.ts'

const turnAway = (nonce: string, at = NOW, change: Partial<Scan> = {}): GuestCommand => ({
  ...{ kind: 'turn_away', reason: 'wrong_person', note: null, at },
  scan: { ...scan, ...change, nonce },
})

const turnedAway = (nonce: string) =>
  ({
    type: 'GuestTurnedAway',
    data: { reason: 'wrong_person', ...scan, nonce },
    personal: { note: null },
  }) as const

describe('a refusal', () => {
  it('is found out for a scan that was only looked at, and not recorded for one that may enter', () => {
    const { expected, doorsOpen, passVersion, passExpired, at } = checkIn()
    const look = { kind: 'refuse_scan', expected, doorsOpen, passVersion, passExpired, at, scan } as const
    guest.when({ ...look, said: null }).then([])
    guest.when({ ...look, said: null, expected: null }).then([refused('not_attending')])
    guest.when({ ...look, said: 'pass_revoked' }).then([refused('pass_revoked')])
    guest
      .after([{ ...look, said: 'pass_revoked' }])
      .when({ ...look, said: 'pass_revoked' })
      .then([])
  })

  it('is recorded so often in an hour, and after that only given', () => {
    const tries = Array.from({ length: MAX_REFUSALS_PER_HOUR }, (_, n) =>
      checkIn({ expected: null, nonce: `n${String(n)}`, at: NOW + n }),
    )
    const many = guest.after(tries)
    const oneMore = (at: number) => checkIn({ expected: null, nonce: 'x', at })
    const recorded = [refused('not_attending', 'x')]
    guest
      .after(tries.slice(1))
      .when(oneMore(NOW + HOUR - 1))
      .then(recorded)
    many.when(oneMore(NOW + HOUR - 1)).then([])
    many.when(oneMore(NOW + HOUR)).then(recorded)
  })

  it('by staff is recorded once, and a note only while there is somebody to seal it for', () => {
    const away = { kind: 'turn_away', reason: 'wrong_person', note: 'A beard.', scan, at: NOW } as const
    const recorded = {
      type: 'GuestTurnedAway',
      data: { reason: 'wrong_person', ...scan },
      personal: { note: 'A beard.' },
    } as const
    guest.when(away).then([recorded])
    guest.after([away]).when(away).then([])
    forgottenGuest.when(away).then('not_found')
  })

  it('by staff is counted apart from those that nobody decided', () => {
    const many = guest.after(
      Array.from({ length: MAX_REFUSALS_PER_HOUR }, (_, n) =>
        checkIn({ expected: null, nonce: `n${String(n)}`, at: NOW }),
      ),
    )
    many.when(turnAway('away')).then([turnedAway('away')])
    const sentAway = guest.after(
      Array.from({ length: MAX_TURN_AWAYS_PER_HOUR }, (_, n) => turnAway(`n${String(n)}`)),
    )
    sentAway.when(turnAway('away')).then([])
    sentAway.when(turnAway('away', NOW + HOUR)).then([turnedAway('away')])
    sentAway.when(checkIn({ expected: null, nonce: 'x', at: NOW })).then([refused('not_attending', 'x')])
  })

  it('by staff is recorded however many there were, where the party came in since', () => {
    const later = NOW + 5 * MINUTE
    const inAgain = guest.after([
      ...Array.from({ length: MAX_TURN_AWAYS_PER_HOUR }, (_, n) => turnAway(`n${String(n)}`)),
      checkIn({ nonce: 'in', at: NOW }),
    ])
    inAgain.when(turnAway('away', later)).then([turnedAway('away')])
    inAgain
      .after([turnAway('away', later)], later)
      .when(turnAway('again', later))
      .then([])
    // What a device says was before they came in is told nowhere, however often it is sent.
    const before = new Date(NOW - MINUTE).toISOString()
    inAgain.when(turnAway('before', later, { offline: true, scannedAt: before })).then([])
  })
})
