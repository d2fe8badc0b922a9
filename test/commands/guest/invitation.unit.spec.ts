import { describe, expect, it } from 'vitest'
import type { GuestCommand } from '../../../src/commands/guest/commands.ts'
import { requireListed } from '../../../src/commands/guest/decider.ts'
import { HOUR } from '../../../src/kernel/time.ts'
import { NOW } from '../../support/decider-spec.ts'
import {
  ann,
  checkIn,
  forgotten,
  forgottenGuest,
  guest,
  invite,
  invited,
  linkIssued,
  linkRevoked,
  nobody,
  open,
  removed,
  removedGuest,
  scoreLate,
  stateOf,
  touch,
} from './scenario.ts'

const change = (
  changes: Extract<GuestCommand, { kind: 'change_details' }>['changes'],
  ifChanges: number | null = null,
): GuestCommand => ({ kind: 'change_details', changes, ifChanges })

describe('a guest', () => {
  it('is invited with a first link', () => {
    nobody.when(invite()).then([invited, linkIssued(1)])
    nobody
      .when(invite({ batchId: 'B1' }))
      .then([{ ...invited, data: { ...invited.data, batchId: 'B1' } }, linkIssued(1)])
  })

  it('on the list is not invited again', () => {
    guest.when(invite({ name: 'Anna' })).then([])
  })

  it('who was removed is invited again with a new link, and the details told then', () => {
    const again = removedGuest.after([invite({ name: 'Anna', plusOnesAllowed: 0 })])
    removedGuest.when(invite()).then([invited, linkIssued(2)])
    expect(stateOf(again)).toMatchObject({
      gone: null,
      contact: { name: 'Anna' },
      plusOnesAllowed: 0,
      link: { version: 2, revoked: false },
    })
  })

  it('who was removed and invited again cannot come in by the old link', () => {
    const again = removedGuest.after([invite()])
    again.when(open({ linkVersion: 1 })).then('link_invalid')
    expect(again.when(open({ linkVersion: 2 })).facts()).toHaveLength(2)
  })

  it('who was forgotten is not invited again under the same id', () => {
    forgottenGuest.when(invite()).then([])
  })

  it.each([
    change({ name: 'x' }),
    { kind: 'remove' },
    { kind: 'forget' },
    { kind: 'issue_link' },
    { kind: 'revoke_link' },
    { kind: 'queue_invitation', messageId: 'm1', channel: 'email', onlyIfNone: false },
    { kind: 'record_sent', messageId: 'm1' },
    { kind: 'record_failed', messageId: 'm1', reason: 'no' },
    scoreLate(),
    checkIn(),
    { kind: 'undo_check_in', checkInId: 'c1', at: NOW, mayUndoLate: true },
  ] as const satisfies readonly GuestCommand[])('who does not exist refuses $kind', (command) => {
    nobody.when(command).then('not_found')
  })

  it.each([open(), touch('page')])('who does not exist has no link to $kind', (command) => {
    nobody.when(command).then('link_invalid')
  })

  it('who does not exist ignores facts about them', () => {
    expect(nobody.events(linkIssued(1), removed).state).toEqual({ kind: 'missing' })
  })
})

describe('the details of a guest', () => {
  it('are recorded as far as they differ, the personal ones apart', () => {
    guest
      .when(change({ name: 'Anna', email: ann.email, plusOnesAllowed: 3 }))
      .then([{ type: 'GuestDetailsChanged', data: { plusOnesAllowed: 3 }, personal: { name: 'Anna' } }])
  })

  it('may become empty', () => {
    guest
      .when(change({ phone: null, utmSource: null }))
      .then([{ type: 'GuestDetailsChanged', data: { utmSource: null }, personal: { phone: null } }])
    expect(stateOf(guest.after([change({ phone: null, utmSource: null })]))).toMatchObject({
      contact: { ...ann, phone: null },
      utmSource: null,
      plusOnesAllowed: 2,
      changes: 1,
    })
  })

  it('that are the same record nothing', () => {
    guest.when(change({ ...ann, plusOnesAllowed: 2, utmSource: 'friends' })).then([])
  })

  it('change only for an editor who saw the latest', () => {
    const edited = guest.after([change({ name: 'Anna' })])
    edited.when(change({ name: 'Annie' }, 0)).then('edited_meanwhile')
    expect(edited.when(change({ name: 'Annie' }, 1)).facts()).toHaveLength(1)
  })

  it('of somebody removed or forgotten cannot be changed', () => {
    removedGuest.when(change({ name: 'x' })).then('not_found')
    forgottenGuest.when(change({ name: 'x' })).then('not_found')
    expect(() => requireListed({ kind: 'missing' })).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  it('that were erased are unknown, and what was told later about them is not', () => {
    const { contact } = stateOf(
      nobody.events(
        { ...invited, personal: 'erased' },
        { type: 'GuestDetailsChanged', data: {}, personal: 'erased' },
        { type: 'GuestDetailsChanged', data: {}, personal: { name: 'Anna' } },
      ),
    )
    expect(contact).toEqual({ name: 'Anna', email: null, phone: null, externalRef: null })
  })
})

describe('removing and forgetting a guest', () => {
  it('is recorded once', () => {
    guest.when({ kind: 'remove' }).then([removed])
    removedGuest.when({ kind: 'remove' }).then([])
    guest.when({ kind: 'forget' }).then([forgotten])
    forgottenGuest.when({ kind: 'forget' }).then([])
  })

  it('kills the link', () => {
    removedGuest.when(open()).then('link_invalid')
    removedGuest.when(touch('page')).then('link_invalid')
    forgottenGuest.when(open()).then('link_invalid')
    forgottenGuest.when(touch('page')).then('link_invalid')
  })

  it('may follow each other; a forgotten guest is not removed again', () => {
    removedGuest.when({ kind: 'forget' }).then([forgotten])
    forgottenGuest.when({ kind: 'remove' }).then([])
  })

  it('empties the state of everything that tells who it was', () => {
    const state = stateOf(guest.after([open(), open({ attemptId: 'a2', place: 'late' }), { kind: 'forget' }]))
    expect(state).toMatchObject({
      gone: 'forgotten',
      contact: { name: null, email: null, phone: null, externalRef: null },
      baseline: { openings: 0, fingerprintDigest: null, ipPrefix: null, last: null },
    })
    expect(state.pending.size).toBe(0)
    expect(JSON.stringify({ ...state, pending: [...state.pending] })).not.toMatch(/Ann|203\.0|Lagos/)
  })
})

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

describe('an invitation', () => {
  const queue = { kind: 'queue_invitation', messageId: 'm1', channel: 'email', onlyIfNone: false } as const
  const data = { messageId: 'm1', channel: 'email' } as const

  it('is queued for a channel that the guest has an address for', () => {
    guest.when(queue).then([{ type: 'InvitationQueued', data }])
    guest
      .when({ ...queue, channel: 'sms' })
      .then([{ type: 'InvitationQueued', data: { ...data, channel: 'sms' } }])
  })

  it.each([
    ['email', { email: null }, /no e-mail address/],
    ['sms', { phone: null }, /no phone number/],
  ] as const)('by %s is refused without an address', (channel, contact, sentence) => {
    const refusal = guest
      .after([change(contact)])
      .when({ ...queue, channel })
      .refusal()
    expect(refusal).toMatchObject({ code: 'no_address', message: expect.stringMatching(sentence) as string })
  })

  it.each([
    ['queued', []],
    ['sent', [{ type: 'InvitationSent', data }]],
  ] as const)('to everybody without one is not queued for who has one %s, and by name it is', (_, facts) => {
    const has = guest.after([queue]).events(...facts)
    const second = { ...queue, messageId: 'm2', channel: 'sms' } as const
    has.when({ ...second, onlyIfNone: true }).then([])
    expect(has.when(second).facts()).toHaveLength(1)
  })

  it('to everybody without one is queued for who has none, or one that failed', () => {
    const failed = { type: 'InvitationFailed', data: { ...data, reason: 'bounced' } } as const
    for (const has of [guest, guest.after([queue]).events(failed)]) {
      expect(has.when({ ...queue, messageId: 'm2', onlyIfNone: true }).facts()).toHaveLength(1)
    }
  })

  it('is not queued for somebody removed', () => {
    removedGuest.when(queue).then('not_found')
  })

  it('is sent or failed once, on its own channel', () => {
    const queued = guest.after([{ ...queue, channel: 'sms' }])
    const settled = { ...data, channel: 'sms' } as const
    const sent = { type: 'InvitationSent', data: settled } as const
    const failed = { type: 'InvitationFailed', data: { ...settled, reason: 'bounced' } } as const
    queued.when({ kind: 'record_sent', messageId: 'm1' }).then([sent])
    queued.when({ kind: 'record_failed', messageId: 'm1', reason: 'bounced' }).then([failed])
    for (const fact of [sent, failed]) {
      queued.events(fact).when({ kind: 'record_sent', messageId: 'm1' }).then([])
      queued.events(fact).when({ kind: 'record_failed', messageId: 'm1', reason: 'late' }).then([])
    }
    expect(stateOf(queued.events(failed)).messages.get('m1')).toMatchObject({
      state: 'failed',
      error: 'bounced',
    })
  })

  it('that was never queued is neither sent nor failed', () => {
    guest.when({ kind: 'record_sent', messageId: 'm2' }).then([])
    guest.when({ kind: 'record_failed', messageId: 'm2', reason: 'x' }).then([])
  })

  it('that is under way when the guest is removed is still recorded as sent', () => {
    const fact = { type: 'InvitationSent', data } as const
    guest
      .after([queue, { kind: 'remove' }])
      .when({ kind: 'record_sent', messageId: 'm1' })
      .then([fact])
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
