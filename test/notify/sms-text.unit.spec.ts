import { expect, test } from 'vitest'
import { invitationSms } from '../../src/notify/compose.ts'
import { isOneSegment } from '../../src/notify/sms-text.ts'
import { about, occasion } from './letters.ts'

/** As long as the real ones: 72 characters of token. */
const link = `https://gg.example/r/${'Ab3_-'.repeat(14)}Zz`

const textFor = (changes: Partial<typeof occasion>, url = link) =>
  invitationSms(
    { id: 'm', to: '+4915112345678' },
    { ...about, link: url, occasion: { ...occasion, ...changes } },
  ).text

test('a message of the GSM alphabet has 160 characters, others have 70', () => {
  expect(isOneSegment('ü'.repeat(160))).toBe(true)
  expect(isOneSegment('ü'.repeat(161))).toBe(false)
  expect(isOneSegment('€'.repeat(80))).toBe(true)
  expect(isOneSegment('€'.repeat(81))).toBe(false)
  expect(isOneSegment('ł'.repeat(70))).toBe(true)
  expect(isOneSegment('ł'.repeat(71))).toBe(false)
})

test('an invitation names host, event and link in one segment', () => {
  const text = textFor({})
  expect(text).toBe(`Anna Host invites you to Summer Party: ${link}`)
  expect(isOneSegment(text)).toBe(true)
})

test('long names are cut, the longest first, and the link stays whole', () => {
  const text = textFor({ name: 'The very long and winding name of a summer party', hostName: 'Anna Host' })
  expect(isOneSegment(text)).toBe(true)
  expect(text).toMatch(/^Anna Host invites you to The very long and .*\.\.: https/)
  expect(text.endsWith(link)).toBe(true)
})

test('what cannot be one segment keeps its names in full', () => {
  const names = { name: 'Święto lata w ogrodzie', hostName: 'Łucja' }
  expect(textFor(names)).toBe(`Łucja invites you to Święto lata w ogrodzie: ${link}`)
})
