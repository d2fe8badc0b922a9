import { describe, expect, it } from 'vitest'
import { plausiblePlace } from '../../src/geoip/place.ts'
import { placeOfRecord } from '../../src/geoip/record.ts'

const accra = { country: 'GH', city: 'Accra', lat: 5.6037, lon: -0.187, accuracyKm: 50 }

describe('what a data source claims', () => {
  it('is taken as it is when it is plausible', () => {
    expect(plausiblePlace(accra)).toEqual(accra)
  })

  it.each([
    ['0,0', { lat: 0, lon: 0 }],
    ['about 0,0', { lat: 0.4, lon: -0.9 }],
    ['latitudes past the pole', { lat: 90.1 }],
    ['longitudes past the date line', { lon: -180.5 }],
    ['NaN', { lat: Number.NaN }],
    ['infinity', { lon: Number.POSITIVE_INFINITY }],
    ['text', { lat: '5.6' }],
    ['nothing', { lon: undefined }],
  ])('is rejected for %s', (_what, change) => {
    expect(plausiblePlace({ ...accra, ...change })).toBeNull()
  })

  it('keeps places on the equator and on the prime meridian', () => {
    expect(plausiblePlace({ ...accra, lat: 0, lon: 32.5 })).not.toBeNull()
    expect(plausiblePlace({ ...accra, lat: 51.48, lon: 0 })).not.toBeNull()
  })

  it('has no country, city or radius where it makes no sense', () => {
    const place = plausiblePlace({ ...accra, country: 'ghana', city: ' ', accuracyKm: 0 })
    expect(place).toMatchObject({ country: null, city: null, accuracyKm: null })
  })

  it.each([
    ['Zurich (Zurich (Kreis 1) / Hochschulen)', 'Zurich'],
    ['Lagos', 'Lagos'],
    ['(Tema)', '(Tema)'],
  ])('the city %s is told as %s', (city, told) => {
    expect(plausiblePlace({ ...accra, city })?.city).toBe(told)
  })

  it.each([[null], [undefined], ['text'], [{}], [{ country: 'GH' }], [{ location: null, country: {} }]])(
    'a record %j has no place',
    (record) => {
      expect(placeOfRecord(record)).toBeNull()
    },
  )
})
