import { describe, expect, it } from 'vitest'
import { changeDetails, guest, removedGuest, stateOf } from './scenario.ts'

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
      .after([changeDetails(contact)])
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
