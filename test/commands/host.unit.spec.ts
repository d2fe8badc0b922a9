import { describe, expect, it } from 'vitest'
import { emailDecider, hostDecider, slugDecider } from '../../src/commands/host/decider.ts'
import { given, NOW } from '../support/decider-spec.ts'

const ann = { email: 'ann@example.com', name: 'Ann', passwordHash: 'hash-1' }
const registered = { type: 'HostRegistered', data: { plan: 'free' }, personal: ann } as const

describe('a host', () => {
  it('registers on the free plan', () => {
    given(hostDecider)
      .when({ kind: 'register', ...ann })
      .then([registered])
  })

  it('registers once: a second registration changes nothing', () => {
    given(hostDecider)
      .events(registered)
      .when({ kind: 'register', ...ann, passwordHash: 'hash-2' })
      .then([])
  })

  it('changes the plan once, and not that of somebody who is not there', () => {
    const toPro = { kind: 'set_plan', plan: 'pro' } as const
    const changed = { type: 'HostPlanChanged', data: { plan: 'pro' } } as const
    given(hostDecider).events(registered).when(toPro).then([changed])
    const pro = given(hostDecider).events(registered, changed)
    expect(pro.state).toMatchObject({ plan: 'pro', email: 'ann@example.com' })
    pro.when(toPro).then([])
    expect(given(hostDecider).when(toPro).refusal()).toMatchObject({ kind: 'not_found' })
  })

  it('changes the password, which replaces the hash', () => {
    const changed = {
      type: 'HostPasswordChanged',
      data: { reason: 'reset' },
      personal: { passwordHash: 'hash-2' },
    } as const
    given(hostDecider)
      .events(registered)
      .when({ kind: 'change_password', reason: 'reset', passwordHash: 'hash-2' })
      .then([changed])
    expect(given(hostDecider).events(registered, changed).state).toMatchObject({
      email: 'ann@example.com',
      passwordHash: 'hash-2',
    })
  })

  it('ends earlier sessions by a reset, and not by a hash that is only made stronger', () => {
    const change = (reason: 'reset' | 'rehash', at: number) =>
      ({
        type: 'HostPasswordChanged',
        data: { reason },
        personal: { passwordHash: reason },
        at,
      }) as const
    const spec = given(hostDecider).events(registered)
    expect(spec.events(change('rehash', NOW)).state).toMatchObject({ passwordChangedAt: null })
    expect(spec.events(change('reset', NOW), change('rehash', NOW + 1)).state).toMatchObject({
      passwordHash: 'rehash',
      passwordChangedAt: NOW,
    })
  })

  it('signs out of one session, once, and forgets about it when its token has expired', () => {
    const end = (sessionId: string, expiresAt: number) =>
      ({ kind: 'end_session', sessionId, expiresAt }) as const
    const ended = (sessionId: string, expiresAt: number, at: number) =>
      ({
        type: 'SessionEnded',
        data: { sessionId, expiresAt: new Date(expiresAt).toISOString() },
        at,
      }) as const
    const one = ended('S1', NOW + 1_000, NOW)
    given(hostDecider)
      .events(registered)
      .when(end('S1', NOW + 1_000))
      .then([{ type: one.type, data: one.data }])
    given(hostDecider)
      .events(registered, one)
      .when(end('S1', NOW + 1_000))
      .then([])
    const later = given(hostDecider).events(registered, one, ended('S2', NOW + 9_000, NOW + 2_000)).state
    expect(later).toMatchObject({ endedSessions: new Map([['S2', NOW + 9_000]]) })
  })

  it('asks for a reset mail, which leaves everything as it is', () => {
    const requested = { type: 'PasswordResetRequested', data: { requestId: 'r1' } } as const
    given(hostDecider).events(registered).when({ kind: 'request_reset', requestId: 'r1' }).then([requested])
    expect(given(hostDecider).events(registered, requested).state).toEqual(
      given(hostDecider).events(registered).state,
    )
  })

  it.each([
    { kind: 'change_password', reason: 'reset', passwordHash: 'x' },
    { kind: 'request_reset', requestId: 'r1' },
  ] as const)('who never registered cannot $kind', (command) => {
    given(hostDecider).when(command).then('not_found')
  })

  it('who was erased is known without anything personal', () => {
    const erased = { type: 'HostRegistered', data: { plan: 'free' }, personal: 'erased' } as const
    const changed = { type: 'HostPasswordChanged', data: { reason: 'reset' }, personal: 'erased' } as const
    expect(given(hostDecider).events(erased, changed).state).toMatchObject({
      kind: 'registered',
      plan: 'free',
      email: null,
      name: null,
      passwordHash: null,
    })
  })
})

describe('an address and a slug', () => {
  it('belong to the first who claims them', () => {
    given(emailDecider)
      .when('HOST1')
      .then([{ type: 'EmailClaimed', data: { hostId: 'HOST1' } }])
    given(slugDecider)
      .when('EVENT1')
      .then([{ type: 'SlugClaimed', data: { eventId: 'EVENT1' } }])
  })

  it('stay with the first when others, or the first again, claim them', () => {
    const email = given(emailDecider).after(['HOST1'])
    email.when('HOST2').then([])
    email.when('HOST1').then([])
    expect(email.state).toBe('HOST1')
    const slug = given(slugDecider).after(['EVENT1', 'EVENT2'])
    expect(slug.state).toBe('EVENT1')
  })

  it('stay with the first also if the log should hold two claims', () => {
    const { state } = given(emailDecider).events(
      { type: 'EmailClaimed', data: { hostId: 'HOST1' } },
      { type: 'EmailClaimed', data: { hostId: 'HOST2' } },
    )
    expect(state).toBe('HOST1')
  })
})
