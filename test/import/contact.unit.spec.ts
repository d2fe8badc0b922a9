import { describe, expect, it } from 'vitest'
import { emailKey, normaliseEmail, normalisePhone, readPhone } from '../../src/import/contact.ts'

describe('a phone number', () => {
  it.each([
    ['+49 171 1234567', undefined, '+491711234567'],
    ['+49 (0) 171 / 123-45.67', undefined, '+491711234567'],
    ['0049 171 1234567', undefined, '+491711234567'],
    ['  +1 (212) 555-0100 ', undefined, '+12125550100'],
    ['0171 1234567', 'DE', '+491711234567'],
    ['0171 1234567', 'de', '+491711234567'],
    ['0049 171 1234567', 'DE', '+491711234567'],
    ['011 49 171 1234567', 'US', '+491711234567'],
    ['(212) 555-0100', 'US', '+12125550100'],
    ['+44 7700 900123', 'DE', '+447700900123'],
  ])('%j with the region %s is %s', (text, region, e164) => {
    expect(normalisePhone(text, region)).toBe(e164)
  })

  it.each([
    '',
    'abc',
    '12',
    '+49',
    '+491',
    '+4917112345678901234',
    '+999 1234567',
    'tel:+491711234567',
    '+49 171 1234567 or later',
  ])('%j is none', (text) => {
    expect(normalisePhone(text)).toBeNull()
    expect(readPhone(text)).toEqual({ ok: false, message: 'is not a phone number' })
  })

  it.each([undefined, 'XX', ''])('without a country code needs a region that exists, not %j', (region) => {
    expect(readPhone('0171 1234567', region)).toEqual({
      ok: false,
      message: expect.stringContaining('has no country code') as string,
    })
  })

  it.each(['4.91712E+11', '4,91712E+11', '4E+11'])('%j was shortened by a spreadsheet', (text) => {
    expect(readPhone(text, 'DE')).toEqual({
      ok: false,
      message: expect.stringContaining('shortened') as string,
    })
  })
})

describe('an e-mail address', () => {
  it('keeps what is before the @ and has its domain in lower case', () => {
    expect(normaliseEmail('  Ann.Lee@Example.COM ')).toBe('Ann.Lee@example.com')
  })

  it.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@localhost',
    'a b@example.com',
    `${'x'.repeat(250)}@example.com`,
  ])('%j is none', (text) => {
    expect(normaliseEmail(text)).toBeNull()
  })

  it('is the same person in any case', () => {
    expect(emailKey('Ann@example.com')).toBe(emailKey('ANN@example.com'))
  })
})
