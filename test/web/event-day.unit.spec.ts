import { describe, expect, it } from 'vitest'
import { eventDay } from '../../web/src/features/events/event-day.ts'

describe('the day of an event', () => {
  // 20 June, 02:00 in Auckland; still 19 June in Europe and America.
  const auckland = { eventDate: '2027-06-19T14:00:00Z', timezone: 'Pacific/Auckland' }

  it.each([
    ['2027-06-19T11:59:59Z', 'before'],
    ['2027-06-19T12:00:00Z', 'on'],
    ['2027-06-20T11:59:59Z', 'on'],
    ['2027-06-20T12:00:00Z', 'after'],
  ])('stands at %s in Auckland to now as: %s', (now, day) => {
    expect(eventDay(auckland, Date.parse(now))).toBe(day)
  })

  it('has 23 hours when the clocks go forward', () => {
    const zurich = { eventDate: '2027-03-28T18:00:00Z', timezone: 'Europe/Zurich' }
    expect(eventDay(zurich, Date.parse('2027-03-27T22:59:59Z'))).toBe('before')
    expect(eventDay(zurich, Date.parse('2027-03-27T23:00:00Z'))).toBe('on')
    expect(eventDay(zurich, Date.parse('2027-03-28T21:59:59Z'))).toBe('on')
    expect(eventDay(zurich, Date.parse('2027-03-28T22:00:00Z'))).toBe('after')
  })
})
