import { describe, expect, it } from 'vitest'
import { clockThere, isEventDay, whenThere } from '../../web/src/features/checkin/event-day.ts'

describe('the day of an event', () => {
  // 20 June, 02:00 in Auckland; still 19 June in Europe and America.
  const auckland = { eventDate: '2027-06-19T14:00:00Z', timezone: 'Pacific/Auckland' }

  it.each([
    ['2027-06-19T11:59:59Z', false],
    ['2027-06-19T12:00:00Z', true],
    ['2027-06-20T11:59:59Z', true],
    ['2027-06-20T12:00:00Z', false],
  ])('at %s in Auckland: %s', (now, today) => {
    expect(isEventDay(auckland, Date.parse(now))).toBe(today)
  })

  it('has 23 hours when the clocks go forward', () => {
    const zurich = { eventDate: '2027-03-28T18:00:00Z', timezone: 'Europe/Zurich' }
    expect(isEventDay(zurich, Date.parse('2027-03-27T23:00:00Z'))).toBe(true)
    expect(isEventDay(zurich, Date.parse('2027-03-28T21:59:59Z'))).toBe(true)
    expect(isEventDay(zurich, Date.parse('2027-03-28T22:00:00Z'))).toBe(false)
  })

  it('has the clock of the place', () => {
    const night = '2027-06-19T14:15:00Z'
    expect(clockThere(night, 'Pacific/Auckland')).toBe('02:15')
    expect(whenThere(night, 'Pacific/Auckland', Date.parse('2027-06-19T12:00:00Z'))).toBe('02:15')
    expect(whenThere(night, 'Pacific/Auckland', Date.parse('2027-06-19T11:00:00Z'))).toBe('20 Jun, 02:15')
  })
})
