import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventBody } from '../../src/contracts/events.ts'
import { detailsOf, faultsOf, type EventDraft } from '../../web/src/features/events/event-draft.ts'
import { instantAt, wallClockAt, zonesByRegion } from '../../web/src/features/events/zoned-time.ts'

describe('the time of an event, typed as the clocks at its place show it', () => {
  it.each([
    ['2027-06-18T19:30', 'Europe/Paris', '2027-06-18T17:30:00.000Z'],
    ['2027-01-18T19:30', 'Europe/Paris', '2027-01-18T18:30:00.000Z'],
    ['2027-03-01T00:15', 'Asia/Kolkata', '2027-02-28T18:45:00.000Z'],
    ['2027-01-01T12:00', 'Pacific/Kiritimati', '2026-12-31T22:00:00.000Z'],
    ['2027-01-01T12:00', 'Pacific/Pago_Pago', '2027-01-01T23:00:00.000Z'],
    ['2027-07-01T00:00', 'UTC', '2027-07-01T00:00:00.000Z'],
  ])('is %s in %s at %s', (clock, zone, instant) => {
    expect(instantAt(clock, zone)).toBe(instant)
    expect(wallClockAt(instant, zone)).toBe(clock)
  })

  it('is the earlier of two when the hour comes twice in autumn', () => {
    expect(instantAt('2027-10-31T02:30', 'Europe/Paris')).toBe('2027-10-31T00:30:00.000Z')
  })

  it('is no time at all in the hour that is jumped over in spring', () => {
    expect(instantAt('2027-03-28T02:30', 'Europe/Paris')).toBeNull()
    expect(instantAt('2027-03-28T01:59', 'Europe/Paris')).toBe('2027-03-28T00:59:00.000Z')
    expect(instantAt('2027-03-28T03:00', 'Europe/Paris')).toBe('2027-03-28T01:00:00.000Z')
  })

  it('is not read from text that is no time', () => {
    expect(instantAt('', 'Europe/Paris')).toBeNull()
    expect(instantAt('tomorrow', 'Europe/Paris')).toBeNull()
  })

  it('comes back as it was typed, in every zone', () => {
    const minute = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 })
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
    fc.assert(
      fc.property(minute, zone, (minutes, name) => {
        const clock = wallClockAt(new Date(minutes * 60_000).toISOString(), name)
        const instant = instantAt(clock, name)
        expect(instant).not.toBeNull()
        expect(wallClockAt(instant ?? '', name)).toBe(clock)
      }),
      { numRuns: 300 },
    )
  })

  it('can be given in a zone that the browser does not list', () => {
    const regions = zonesByRegion('Mars/Olympus')
    expect(regions.find(({ region }) => region === 'Mars')?.zones).toEqual(['Mars/Olympus'])
    expect(regions.find(({ region }) => region === 'UTC')?.zones).toContain('UTC')
  })
})

const draft = (change: Partial<EventDraft> = {}): EventDraft => ({
  name: ' Summer dinner ',
  date: '2027-06-18T19:30',
  timezone: 'Europe/Paris',
  venue: '',
  capacity: '',
  slug: '',
  ...change,
})

describe('the form of an event', () => {
  it('sends what the API takes, with empty fields as no value', () => {
    const details = detailsOf(draft())
    expect(details).toEqual({
      name: 'Summer dinner',
      eventDate: '2027-06-18T17:30:00.000Z',
      timezone: 'Europe/Paris',
      venue: null,
      maxCapacity: null,
    })
    expect(createEventBody.parse(details)).toEqual(details)
  })

  it('sends seats as a number and the short name as it is', () => {
    const details = detailsOf(draft({ capacity: ' 60 ', slug: 'summer-dinner', venue: 'Roof' }))
    expect(createEventBody.parse(details)).toMatchObject({
      maxCapacity: 60,
      slug: 'summer-dinner',
      venue: 'Roof',
    })
  })

  it.each([
    [{ name: '  ' }, { name: 'nameMissing' }],
    [{ date: '' }, { eventDate: 'dateMissing' }],
    [{ date: '2027-03-28T02:30' }, { eventDate: 'dateWrong' }],
    [{ date: '0226-06-18T19:30' }, { eventDate: 'dateFar' }],
    [{ date: '9999-06-18T19:30' }, { eventDate: 'dateFar' }],
    [{ date: '2199-12-31T19:30' }, {}],
    [{ capacity: '0' }, { maxCapacity: 'capacityWrong' }],
    [{ capacity: 'many' }, { maxCapacity: 'capacityWrong' }],
    [{}, {}],
  ])('finds in %j the faults %j', (change, faults) => {
    expect(faultsOf(draft(change))).toEqual(faults)
  })
})
