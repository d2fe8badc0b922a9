import { describe, expect, it } from 'vitest'
import { couldSeat, seatsOf } from '../../web/src/features/events/seats.ts'

const event = (maxCapacity: number | null, confirmedPeople: number, waiting: readonly number[] = []) => ({
  maxCapacity,
  status: 'published' as const,
  counts: { confirmedPeople, waitlistedParties: waiting.length, firstWaitingPeople: waiting[0] ?? 0 },
})
const guest = (rsvpStatus: 'confirmed' | 'waitlisted' | null, partySize: number | null) => ({
  rsvpStatus,
  partySize,
})

describe('the seats of an event', () => {
  it('are not counted without a limit', () => {
    expect(seatsOf(event(null, 7))).toBeNull()
  })

  it('are left to everybody while nobody waits', () => {
    expect(seatsOf(event(4, 1))).toEqual({ taken: 1, capacity: 4, left: 3, kept: null })
    expect(seatsOf(event(4, 4))).toEqual({ taken: 4, capacity: 4, left: 0, kept: null })
  })

  it('are kept for those who wait while the first does not fit', () => {
    expect(seatsOf(event(4, 2, [3, 1]))).toMatchObject({ left: 2, kept: { parties: 2, firstNeeds: 3 } })
  })

  it('are not kept where none are, nor while a count is behind the other', () => {
    expect(seatsOf(event(4, 4, [3]))?.kept).toBeNull()
    expect(seatsOf(event(4, 2, [2]))?.kept).toBeNull()
    expect(seatsOf(event(4, 5, [2]))).toMatchObject({ left: 0, kept: null })
  })
})

describe('a seat for somebody who waits', () => {
  it('can be given while enough are free for the party', () => {
    expect(couldSeat(event(4, 2, [3, 2]), guest('waitlisted', 2))).toBe(true)
    expect(couldSeat(event(4, 2, [3, 2]), guest('waitlisted', 3))).toBe(false)
  })

  it('is nothing for who does not wait, nor for an event in the archive', () => {
    expect(couldSeat(event(4, 2), guest('confirmed', 1))).toBe(false)
    expect(couldSeat(event(4, 2), guest(null, null))).toBe(false)
    expect(couldSeat({ ...event(4, 2, [3, 1]), status: 'archived' }, guest('waitlisted', 1))).toBe(false)
  })
})
