import { describe, expect, it } from 'vitest'
import { createTexts, type Translate } from '@shared/i18n.ts'
import { deskOnceSent, type Desk, type SentAnswer } from '../../../web/src/door/desk.ts'
import { en } from '../../../web/src/door/en.ts'
import { isWalkIn, Scans } from '../../../web/src/door/scans.ts'
import { conflictSentence } from '../../../web/src/door/sentences.ts'
import { guestIdOf, NOON } from './event-at-the-door.ts'
import { answerTo, emptyQueue, itemOf, nonceOf } from './waiting-scans.ts'

const { t } = createTexts(en).global as unknown as { t: Translate<typeof en> }
const counted = 'They are counted, and the host sees it.'
const notAdmissible = (refusal?: string | null) => ({ reason: 'not_admissible', refusal })

describe('what staff are told of somebody who should not have been let in', () => {
  it.each([
    ['not_attending', 'They have no confirmed seat.'],
    ['removed', 'They were taken off the list.'],
    ['event_not_open', 'The doors of this event were not open.'],
    ['pass_revoked', 'Their pass was replaced or withdrawn.'],
    ['pass_expired', 'Their pass had run out.'],
  ])('says why: %s', (refusal, why) => {
    expect(conflictSentence(t, notAdmissible(refusal), false)).toBe(`${why} ${counted}`)
  })

  it('says of somebody who was added at the door that there was no seat left', () => {
    expect(conflictSentence(t, notAdmissible('not_attending'), true)).toBe(
      `There was no seat left for them. ${counted}`,
    )
    expect(conflictSentence(t, notAdmissible('event_not_open'), true)).toBe(
      `The doors of this event were not open. ${counted}`,
    )
  })

  it.each([undefined, null, 'something_new'])('is general while nobody knows why: %s', (refusal) => {
    expect(conflictSentence(t, notAdmissible(refusal), true)).toBe(
      `They should not have been let in. ${counted}`,
    )
  })

  it('is nothing of it for other conflicts', () => {
    expect(conflictSentence(t, { reason: 'admitted_twice', refusal: 'pass_expired' }, false)).toContain(
      'Another gate had let this party in.',
    )
  })
})

describe('the reason of a conflict', () => {
  const sent = (nonce: string): SentAnswer => ({
    ...answerTo({ ...itemOf(1), nonce }, 'conflict'),
    ...{ result: 'conflict', reason: 'not_admissible', refusal: 'not_attending' },
  })

  it('reaches the desk with the answer', () => {
    const scan = new Scans(() => nonceOf(1)).walkIn(NOON)
    expect(isWalkIn(scan)).toBe(true)
    expect(isWalkIn({ ...scan, subject: { guestId: guestIdOf(1) } })).toBe(false)
    const party = { expected: 1, arrived: 1, names: [] }
    const answer = { result: 'admitted', checkInId: null, reason: null, lastArrival: null } as const
    const who = { guest: { id: scan.nonce, name: 'Walter' }, party }
    const desk: Desk = { kind: 'done', scan, answer: { ...answer, ...who }, count: 1, alone: true }
    expect(deskOnceSent(desk, scan.nonce, sent(scan.nonce))).toMatchObject({
      answer: { result: 'conflict', reason: 'not_admissible', refusal: 'not_attending' },
    })
  })

  it('is kept with the notice', async () => {
    const { queue } = await emptyQueue()
    await queue.put({ item: itemOf(1), guestId: guestIdOf(1), asked: false }, null)
    await queue.settle(await queue.claim(0), [sent(nonceOf(1))])
    expect(await queue.notices()).toMatchObject([{ reason: 'not_admissible', refusal: 'not_attending' }])
  })
})
