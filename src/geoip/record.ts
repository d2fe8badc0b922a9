import { plausiblePlace, type Place } from './place.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads the two shapes that city files come in: GeoIP2 nests (`city.names.en`, `location.latitude`), the npm edition of
 * DB-IP Lite is flat (`city`, `latitude`).
 * @returns null for a record of neither shape, or without plausible coordinates
 */
export function placeOfRecord(record: unknown): Place | null {
  const fields = fieldsOf(record)
  if ('location' in fields || 'country' in fields) {
    const location = fieldsOf(fields.location)
    return plausiblePlace({
      country: fieldsOf(fields.country).iso_code,
      city: fieldsOf(fieldsOf(fields.city).names).en,
      lat: location.latitude,
      lon: location.longitude,
      accuracyKm: location.accuracy_radius,
    })
  }
  return plausiblePlace({
    country: fields.country_code,
    city: fields.city,
    lat: fields.latitude,
    lon: fields.longitude,
    accuracyKm: null,
  })
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
