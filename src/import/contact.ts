import {
  isSupportedCountry,
  ParseError,
  parsePhoneNumberWithError,
  type CountryCode,
} from 'libphonenumber-js/min'
import { email } from '../contracts/common.ts'

export type PhoneReading =
  { readonly ok: true; readonly e164: string } | { readonly ok: false; readonly message: string }

/** A number with so many digits that the spreadsheet shortened it: the last digits are lost. */
const SHORTENED = /^\d([.,]\d+)?E\+\d+$/i

/**
 * @param text any common notation
 * @param defaultRegion ISO 3166-1 alpha-2; country of numbers that do not say theirs
 * @returns the number in E.164, or what is wrong with the text
 */
export function readPhone(text: string, defaultRegion?: string): PhoneReading {
  const trimmed = text.trim()
  if (SHORTENED.test(trimmed)) {
    return {
      ok: false,
      message: 'was shortened by a spreadsheet; format its column as text and fill it again',
    }
  }
  const region = regionOf(defaultRegion)
  // "00" is how most of the world dials "+"; with a region the library knows the prefix of that country.
  const dialled = region === undefined ? trimmed.replace(/^00(?=[1-9])/, '+') : trimmed
  try {
    const options = { extract: false, ...(region === undefined ? {} : { defaultCountry: region }) }
    const number = parsePhoneNumberWithError(dialled, options)
    // Lengths, not patterns: number ranges are opened faster than releases of this library reach a server.
    if (number.isPossible()) return { ok: true, e164: number.number }
    return { ok: false, message: 'is not a phone number' }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const noCountry =
      error.message === 'INVALID_COUNTRY' && !dialled.startsWith('+') && /\d{5}/.test(digits(dialled))
    return {
      ok: false,
      message: noCountry ? 'has no country code; write it like +49 171 1234567' : 'is not a phone number',
    }
  }
}

const digits = (text: string) => text.replace(/\D/g, '')

function regionOf(region: string | undefined): CountryCode | undefined {
  const upper = region?.toUpperCase()
  return upper !== undefined && isSupportedCountry(upper) ? upper : undefined
}

/**
 * @param defaultRegion ISO 3166-1 alpha-2; without it a number needs its country code
 * @returns the number in E.164, null when the text is no phone number
 */
export function normalisePhone(text: string, defaultRegion?: string): string | null {
  const reading = readPhone(text, defaultRegion)
  return reading.ok ? reading.e164 : null
}

/**
 * The domain in lower case; what is before the @ stays as the guest writes it, which a mail server may care about.
 * @returns the address as it is stored, null when the text is no e-mail address
 */
export function normaliseEmail(text: string): string | null {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  const address = trimmed.slice(0, at) + trimmed.slice(at).toLowerCase()
  return email.safeParse(address).success ? address : null
}

/** Two addresses with the same key reach the same person: no mail provider in use tells them apart by case. */
export const emailKey = (address: string): string => address.toLowerCase()
