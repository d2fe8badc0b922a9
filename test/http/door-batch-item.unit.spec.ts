import { describe, expect, it } from 'vitest'
import { batchItem } from '../../src/contracts/door-offline.ts'

const GRACE = '01JD00000000000000000GRACE'
const TICKET = '01JD0000000000000000TCKET0'
const scan = { scannedAt: '2026-06-20T18:30:00.000Z', deviceId: 'phone-1', nonce: 'nonce-0001' }
const admitted = { ...scan, outcome: 'admitted' as const }

const complaints = (item: object) =>
  batchItem.safeParse(item).error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? []

describe('an item of a batch', () => {
  it('says of an admitted code or pass whom the device took it for', () => {
    expect(complaints({ ...admitted, code: 'ABCDE-FGHJK', guestId: GRACE })).toEqual([])
    expect(complaints({ ...admitted, pass: 'abcdefghjk', guestId: GRACE })).toEqual([])
    expect(complaints({ ...admitted, guestId: GRACE })).toEqual([])
  })

  it('names nobody beside a code that was refused, and nobody beside a walk-in', () => {
    const beside = [['guestId', 'stands beside code or pass only, of somebody who was admitted']]
    const refused = { ...scan, outcome: 'refused', code: 'ABCDE-FGHJK', guestId: GRACE }
    expect(complaints(refused)).toEqual(beside)
    expect(complaints({ ...refused, outcome: 'turned_away', reason: 'other' })).toEqual(beside)
    expect(complaints({ ...admitted, walkIn: { name: 'Alan' }, guestId: GRACE })).toEqual(beside)
  })

  it('takes neither two things that were shown nor none', () => {
    const one = [['', 'takes exactly one of code, pass, guestId and walkIn']]
    expect(complaints({ ...admitted, code: 'ABCDE-FGHJK', pass: 'ABCDE-FGHJK', guestId: GRACE })).toEqual(one)
    expect(complaints(admitted)).toEqual(one)
  })

  it('names the ticket under which it was made, by its id', () => {
    expect(complaints({ ...admitted, guestId: GRACE, ticketId: TICKET })).toEqual([])
    expect(complaints({ ...admitted, walkIn: { name: 'Alan' }, ticketId: TICKET })).toEqual([])
    expect(complaints({ ...admitted, guestId: GRACE, ticketId: 'North' })).toHaveLength(1)
    expect(complaints({ ...admitted, code: 'ABCDE-FGHJK', guestId: 'Grace' })).toHaveLength(1)
  })
})
