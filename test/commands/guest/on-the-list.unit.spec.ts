import { describe, expect, it } from 'vitest'
import type { GuestCommand } from '../../../src/commands/guest/commands.ts'
import { requireListed } from '../../../src/commands/guest/decider.ts'
import { NOW } from '../../support/decider-spec.ts'
import {
  ann,
  changeDetails,
  checkIn,
  forgotten,
  forgottenGuest,
  guest,
  invite,
  invited,
  linkIssued,
  nobody,
  open,
  removed,
  removedGuest,
  scoreLate,
  stateOf,
  touch,
} from './scenario.ts'

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
    changeDetails({ name: 'x' }),
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
      .when(changeDetails({ name: 'Anna', email: ann.email, plusOnesAllowed: 3 }))
      .then([{ type: 'GuestDetailsChanged', data: { plusOnesAllowed: 3 }, personal: { name: 'Anna' } }])
  })

  it('may become empty', () => {
    guest
      .when(changeDetails({ phone: null, utmSource: null }))
      .then([{ type: 'GuestDetailsChanged', data: { utmSource: null }, personal: { phone: null } }])
    expect(stateOf(guest.after([changeDetails({ phone: null, utmSource: null })]))).toMatchObject({
      contact: { ...ann, phone: null },
      utmSource: null,
      plusOnesAllowed: 2,
      changes: 1,
    })
  })

  it('that are the same record nothing', () => {
    guest.when(changeDetails({ ...ann, plusOnesAllowed: 2, utmSource: 'friends' })).then([])
  })

  it('change only for an editor who saw the latest', () => {
    const edited = guest.after([changeDetails({ name: 'Anna' })])
    edited.when(changeDetails({ name: 'Annie' }, 0)).then('edited_meanwhile')
    expect(edited.when(changeDetails({ name: 'Annie' }, 1)).facts()).toHaveLength(1)
  })

  it('of somebody removed or forgotten cannot be changed', () => {
    removedGuest.when(changeDetails({ name: 'x' })).then('not_found')
    forgottenGuest.when(changeDetails({ name: 'x' })).then('not_found')
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
