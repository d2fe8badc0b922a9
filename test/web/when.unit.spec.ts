import { describe, expect, it } from 'vitest'
import { fullTimeAt, timeAt, type TimeForm } from '../../web/src/shared/when.ts'

/** As it is read at `now`, an instant. */
const read = (at: string, zone: string, form: TimeForm, now = at): string =>
  timeAt(at, zone, form, Date.parse(now))

describe('a moment on the clocks of a place', () => {
  // Noon in Zurich in summer.
  const noon = '2027-06-20T10:00:07Z'

  it.each([
    ['Europe/Zurich', '12:00'],
    ['America/New_York', '06:00'],
    ['Asia/Kolkata', '15:30'],
    ['Asia/Kathmandu', '15:45'],
    ['Pacific/Kiritimati', '00:00'],
    ['UTC', '10:00'],
  ])('in %s is %s', (zone, clock) => {
    expect(read(noon, zone, 'clock')).toBe(clock)
    expect(read(noon, zone, 'minute')).toBe(clock)
    expect(read(noon, zone, 'second')).toBe(`${clock}:07`)
  })

  it('takes milliseconds since the epoch as well', () => {
    expect(timeAt(Date.parse(noon), 'Europe/Zurich', 'second', Date.parse(noon))).toBe('12:00:07')
  })

  it('has the day in front when it is another day there, whatever day it is elsewhere', () => {
    // 20 June, 02:15 in Auckland; still 19 June in Europe and America.
    const night = '2027-06-19T14:15:00Z'
    const at = (now: string) => read(night, 'Pacific/Auckland', 'minute', now)
    expect(at('2027-06-19T11:59:59Z')).toBe('20 Jun, 02:15')
    expect(at('2027-06-19T12:00:00Z')).toBe('02:15')
    expect(at('2027-06-20T11:59:59Z')).toBe('02:15')
    expect(at('2027-06-20T12:00:00Z')).toBe('20 Jun, 02:15')
  })

  it('has the year too when it is another year there', () => {
    // In Sydney the year began ten hours ago.
    const party = '2027-12-31T14:00:00Z'
    expect(read(party, 'Australia/Sydney', 'second', '2028-01-02T00:00:00Z')).toBe('1 Jan, 01:00:00')
    expect(read(party, 'Europe/Zurich', 'second', '2028-01-02T00:00:00Z')).toBe('31 Dec 2027, 15:00:00')
    expect(read(party, 'Australia/Sydney', 'day', '2028-06-01T00:00:00Z')).toBe('1 Jan')
    expect(read(party, 'Europe/Zurich', 'day', '2028-06-01T00:00:00Z')).toBe('31 Dec 2027')
    expect(read(party, 'Europe/Zurich', 'day')).toBe('31 Dec')
  })

  it('jumps over an hour in spring and has one twice in autumn, told apart by the full name of the zone', () => {
    expect(read('2027-03-28T00:59:59Z', 'Europe/Zurich', 'second')).toBe('01:59:59')
    expect(read('2027-03-28T01:00:00Z', 'Europe/Zurich', 'second')).toBe('03:00:00')
    const [first, second] = ['2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z'] as const
    expect(read(first, 'Europe/Zurich', 'clock')).toBe('02:30')
    expect(read(second, 'Europe/Zurich', 'clock')).toBe('02:30')
    expect(fullTimeAt(first, 'Europe/Zurich')).toMatch(/02:30:00 Central European Summer Time$/)
    expect(fullTimeAt(second, 'Europe/Zurich')).toMatch(/02:30:00 Central European Standard Time$/)
  })

  it('is on the same day at both ends of a day that is 23 or 25 hours long', () => {
    expect(read('2027-03-27T23:00:00Z', 'Europe/Zurich', 'minute', '2027-03-28T21:59:59Z')).toBe('00:00')
    expect(read('2027-10-30T22:00:00Z', 'Europe/Zurich', 'minute', '2027-10-31T22:59:59Z')).toBe('00:00')
    expect(read('2027-10-30T22:00:00Z', 'Europe/Zurich', 'minute', '2027-10-31T23:00:00Z')).toBe(
      '31 Oct, 00:00',
    )
  })

  it('in whole says its zone', () => {
    expect(read('2027-06-18T17:30:00Z', 'Europe/Paris', 'whole')).toMatch(
      /^Fri,? 18 Jun 2027, 19:30 (CEST|GMT\+2)$/,
    )
    expect(read('2027-06-18T17:30:00Z', 'UTC', 'whole')).toMatch(/^Fri,? 18 Jun 2027, 17:30 UTC$/)
  })

  it('in full names the day and the zone in words', () => {
    expect(fullTimeAt('2027-12-31T23:30:00Z', 'Europe/Paris')).toMatch(
      /^Saturday,? 1 January 2028 at 00:30:00 Central European Standard Time$/,
    )
    expect(fullTimeAt('2027-12-31T23:30:00Z', 'America/New_York')).toMatch(
      /^Friday,? 31 December 2027 at 18:30:00 Eastern Standard Time$/,
    )
    expect(fullTimeAt('2027-12-31T23:30:00Z', 'UTC')).toMatch(/23:30:00 Coordinated Universal Time$/)
  })
})
