import { describe, expect, it } from 'vitest'
import {
  deskOnceSent,
  isDeciding,
  recentOnceSent,
  signalOf,
  stillExpected,
  undoSeconds,
  withRecent,
  type Desk,
  type RecentScan,
  type SentAnswer,
} from '../../../web/src/door/desk.ts'
import { faceOf, ticketIn } from '../../../web/src/door/ticket.ts'

const scan = { subject: { code: 'AAAAA-AAAAA' }, nonce: 'nonce-0001', scannedAt: '2027-06-19T12:00:00.000Z' }
const guest = { id: '01JZZZZZZZZZZZZZZZZZZZZZZZ', name: 'Anna' }
const party = { expected: 4, arrived: 1, names: ['Tom'] }
const arrival = (nonce: string, more: Partial<RecentScan> = {}): RecentScan => ({
  nonce,
  checkInId: null,
  signal: 'go',
  name: 'Anna',
  count: 1,
  at: 1_000_000,
  undo: 'possible',
  detail: '',
  ...more,
})

describe('the signal at the door', () => {
  const send = () => Promise.reject(new Error('is not sent'))
  const lost = { scan, count: 1, name: 'Anna', send }
  const done = (result: 'admitted' | 'already_admitted' | 'refused' | 'conflict', alone = false): Desk => ({
    kind: 'done',
    scan,
    count: 1,
    alone,
    answer: { result, checkInId: null, reason: null, guest, party, lastArrival: null },
  })
  const found = (refusal: 'removed' | 'party_complete' | null): Desk => ({
    kind: 'found',
    scan,
    preview: { guest, party, risk: 'low', refusal, lastArrival: null },
    alone: false,
    trouble: null,
  })

  it('says go only when the server has admitted somebody', () => {
    expect(signalOf(done('admitted'))).toBe('go')
    const others: Desk[] = [
      { kind: 'ready' },
      { kind: 'looking', scan },
      found(null),
      { kind: 'recording', name: 'Anna' },
      { kind: 'unrecorded', arrival: lost },
      { kind: 'stranger', scan, reason: 'pass_forged', alone: true },
      { kind: 'turned_away', scan, name: 'Anna', reason: 'other' },
      done('admitted', true),
      done('already_admitted'),
      done('refused'),
      done('conflict'),
    ]
    for (const desk of others) expect(signalOf(desk)).not.toBe('go')
  })

  it('tells a party that is inside from one that may not enter, before anything is recorded', () => {
    expect(signalOf(found('party_complete'))).toBe('inside')
    expect(signalOf(found('removed'))).toBe('stop')
    expect(signalOf(found(null))).toBeNull()
  })

  it('tells an arrival that waits on the device from one that the server has', () => {
    expect(signalOf(done('admitted', true))).toBe('queued')
  })

  it('stops whom nobody knows and whom staff refuse', () => {
    expect(signalOf({ kind: 'stranger', scan, reason: 'pass_unreadable', alone: false })).toBe('stop')
    expect(signalOf({ kind: 'turned_away', scan, name: null, reason: 'behaviour' })).toBe('stop')
  })

  it('keeps a guest on the desk until the decision is made, whatever comes before the camera', () => {
    for (const desk of [
      found(null),
      { kind: 'looking', scan },
      { kind: 'recording', name: null },
    ] as Desk[]) {
      expect(isDeciding(desk)).toBe(true)
    }
    for (const desk of [{ kind: 'ready' }, found('removed'), done('admitted')] as Desk[]) {
      expect(isDeciding(desk)).toBe(false)
    }
  })

  it('asks for another try when an arrival may not have been recorded', () => {
    expect(signalOf({ kind: 'unrecorded', arrival: lost })).toBe('ask')
  })
})

describe('the party', () => {
  it('still expects who has not come in, and never fewer than none', () => {
    expect(stillExpected(party)).toBe(3)
    expect(stillExpected({ ...party, arrived: 6 })).toBe(0)
  })
})

describe('the last scans', () => {
  it('are the newest five, each once', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'f']
    const list = ids.reduce<readonly RecentScan[]>((all, id) => withRecent(all, arrival(id)), [])
    expect(list.map(({ nonce }) => nonce)).toEqual(['f', 'e', 'd', 'c', 'b'])
  })

  it('can be undone for a minute', () => {
    expect(undoSeconds(arrival('a'), 1_000_000)).toBe(60)
    expect(undoSeconds(arrival('a'), 1_059_001)).toBe(1)
    expect(undoSeconds(arrival('a'), 1_060_000)).toBe(0)
  })

  it('cannot be undone when nobody came in', () => {
    expect(undoSeconds(arrival('a', { count: 0, signal: 'stop' }), 1_000_000)).toBe(0)
  })

  it('cannot be undone twice, but again after an undo that failed', () => {
    expect(undoSeconds(arrival('a', { undo: 'done' }), 1_000_000)).toBe(0)
    expect(undoSeconds(arrival('a', { undo: 'running' }), 1_000_000)).toBe(0)
    expect(undoSeconds(arrival('a', { undo: 'failed' }), 1_000_000)).toBe(60)
  })
})

describe('an arrival that waited and was sent', () => {
  const queued: Desk = {
    kind: 'done',
    scan,
    count: 2,
    alone: true,
    answer: { result: 'admitted', checkInId: null, reason: null, guest, party, lastArrival: null },
  }
  const sent = (status: SentAnswer['status'], more: Partial<SentAnswer> = {}): SentAnswer => ({
    index: 0,
    nonce: scan.nonce,
    status,
    result: null,
    checkInId: 'arrival-1',
    reason: null,
    detail: null,
    ...more,
  })
  const line = arrival(scan.nonce, { signal: 'queued', count: 2 })

  it.each([
    ['accepted', {}, 'go', 2],
    ['duplicate', {}, 'go', 2],
    ['duplicate', { result: 'conflict' }, 'ask', 2],
    ['conflict', { result: 'conflict', reason: 'admitted_twice' }, 'ask', 2],
    ['rejected', { reason: 'walk_ins_off', checkInId: null }, 'stop', 0],
    ['retry', {}, 'queued', 2],
  ] as const)('%s with %j shows %s, on the desk as among the last scans', (status, more, signal, count) => {
    const answer = sent(status, more)
    expect(signalOf(deskOnceSent(queued, scan.nonce, answer))).toBe(signal)
    expect(recentOnceSent(line, answer)).toMatchObject({ signal, count })
  })

  it('can be named to the server from then on', () => {
    expect(recentOnceSent(line, sent('accepted')).checkInId).toBe('arrival-1')
  })

  it('changes nothing about anybody else on the desk', () => {
    expect(deskOnceSent(queued, 'nonce-0002', sent('accepted'))).toBe(queued)
    const online: Desk = { ...queued, alone: false }
    expect(deskOnceSent(online, scan.nonce, sent('rejected'))).toBe(online)
  })
})

describe('the face of a door ticket', () => {
  const base64url = (text: string) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(text)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  const ticket = (claims: unknown) => `e30.${base64url(JSON.stringify(claims))}.signature`

  const own = { ticketId: '01T', eventId: '01E' }

  it('names ticket and event, gate and end', () => {
    expect(faceOf(ticket({ gg: { ...own, gate: 'Nörth gate ✓' }, exp: 1_800_000_000 }))).toEqual({
      ...own,
      gate: 'Nörth gate ✓',
      expiresAt: 1_800_000_000_000,
    })
  })

  it('may lack gate and end', () => {
    expect(faceOf(ticket({ gg: own }))).toEqual({ ...own, gate: '', expiresAt: null })
  })

  it.each([
    '',
    'abc',
    'a.b.c',
    'a..c',
    `x.${base64url('"text"')}.y`,
    ticket({}),
    ticket({ gg: own }).slice(0, -9),
  ])('is none for %j', (text) => {
    expect(faceOf(text)).toBeNull()
  })

  it('is found in the code of the host and in nothing else', () => {
    const token = ticket({ gg: own })
    expect(ticketIn(`https://party.example/scan#${token}`)).toBe(token)
    for (const text of [
      token,
      `https://party.example/r#${token}`,
      'https://party.example/scan#abc',
      'K7MPX-4QWRT',
    ]) {
      expect(ticketIn(text)).toBeNull()
    }
  })
})
