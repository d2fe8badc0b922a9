import { describe, expect, it } from 'vitest'
import {
  signalOf,
  stillExpected,
  undoSeconds,
  withRecorded,
  type Desk,
  type RecordedArrival,
} from '../../web/src/door/desk.ts'
import { faceOf } from '../../web/src/door/ticket.ts'

const scan = { code: 'AAAAA-AAAAA', nonce: 'nonce-0001', scannedAt: '2027-06-19T12:00:00.000Z' }
const guest = { id: '01JZZZZZZZZZZZZZZZZZZZZZZZ', name: 'Anna' }
const party = { expected: 4, arrived: 1, names: ['Tom'] }
const arrival = (checkInId: string, more: Partial<RecordedArrival> = {}): RecordedArrival => ({
  checkInId,
  name: 'Anna',
  count: 1,
  at: 1_000_000,
  undo: 'possible',
  detail: '',
  ...more,
})

describe('the signal at the door', () => {
  const done = (result: 'admitted' | 'already_admitted' | 'refused' | 'conflict'): Desk => ({
    kind: 'done',
    scan,
    count: 1,
    answer: { result, checkInId: null, reason: null, guest, party, lastArrival: null },
  })
  const found = (refusal: 'removed' | 'party_complete' | null): Desk => ({
    kind: 'found',
    scan,
    preview: { guest, party, risk: 'low', refusal, lastArrival: null },
    trouble: null,
  })

  it('says go only when the server has admitted somebody', () => {
    expect(signalOf(done('admitted'))).toBe('go')
    const others: Desk[] = [
      { kind: 'ready' },
      { kind: 'looking', code: scan.code },
      found(null),
      { kind: 'recording', scan, preview: null, name: 'Anna' },
      { kind: 'unrecorded', arrival: { scan, count: 1, name: 'Anna' } },
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

  it('asks for another try when an arrival may not have been recorded', () => {
    expect(signalOf({ kind: 'unrecorded', arrival: { scan, count: 1, name: null } })).toBe('ask')
  })
})

describe('the party', () => {
  it('still expects who has not come in, and never fewer than none', () => {
    expect(stillExpected(party)).toBe(3)
    expect(stillExpected({ ...party, arrived: 6 })).toBe(0)
  })
})

describe('the last arrivals', () => {
  it('are the newest five, each once', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'f']
    const list = ids.reduce<readonly RecordedArrival[]>((all, id) => withRecorded(all, arrival(id)), [])
    expect(list.map(({ checkInId }) => checkInId)).toEqual(['f', 'e', 'd', 'c', 'b'])
  })

  it('can be undone for a minute', () => {
    expect(undoSeconds(arrival('a'), 1_000_000)).toBe(60)
    expect(undoSeconds(arrival('a'), 1_059_001)).toBe(1)
    expect(undoSeconds(arrival('a'), 1_060_000)).toBe(0)
  })

  it('cannot be undone twice, but again after an undo that failed', () => {
    expect(undoSeconds(arrival('a', { undo: 'done' }), 1_000_000)).toBe(0)
    expect(undoSeconds(arrival('a', { undo: 'running' }), 1_000_000)).toBe(0)
    expect(undoSeconds(arrival('a', { undo: 'failed' }), 1_000_000)).toBe(60)
  })
})

describe('the face of a door ticket', () => {
  const base64url = (text: string) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(text)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  const ticket = (claims: unknown) => `e30.${base64url(JSON.stringify(claims))}.signature`

  it('shows gate and end', () => {
    expect(faceOf(ticket({ gg: { gate: 'Nörth gate ✓' }, exp: 1_800_000_000 }))).toEqual({
      gate: 'Nörth gate ✓',
      expiresAt: 1_800_000_000_000,
    })
  })

  it('may lack both', () => {
    expect(faceOf(ticket({}))).toEqual({ gate: '', expiresAt: null })
  })

  it.each(['', 'abc', 'a.b.c', 'a..c', `x.${base64url('"text"')}.y`])('is none for %j', (text) => {
    expect(faceOf(text)).toBeNull()
  })
})
