import { describe, expect, it } from 'vitest'
import { codeIn, formatCode, keyOf } from '../../../web/src/door/code.ts'
import { subjectIn } from '../../../web/src/door/scan.ts'
import { Readings, SAME_READING_MS, Scans } from '../../../web/src/door/scans.ts'

const A = { code: 'AAAAA-AAAAA' }
const B = { code: 'BBBBB-BBBBB' }
const NOON = Date.UTC(2027, 5, 19, 12)

const send = () => Promise.reject(new Error('is not sent'))

function scansWithNonces() {
  let made = 0
  return new Scans(() => `nonce-${String(++made)}`)
}

describe('the code of a pass', () => {
  it.each([
    ['k7mpx4qwrt', 'K7MPX-4QWRT'],
    ['K7MPX-4QWRT', 'K7MPX-4QWRT'],
    [' k7mpx 4qwrt ', 'K7MPX-4QWRT'],
    ['k7mp', 'K7MP'],
    ['k7mpx', 'K7MPX'],
    ['k7mpx-', 'K7MPX'],
    ['k7mpx4', 'K7MPX-4'],
    ['', ''],
  ])('%j is shown as %j', (typed, shown) => {
    expect(formatCode(typed)).toBe(shown)
  })

  it.each(['https://party.example/p/abc', 'eyJhbGciOiJFZERTQSJ9.e30.sig', 'K7MPX4QWRTX'])(
    'content that is no typed code stays as it is: %s',
    (content) => {
      expect(formatCode(content)).toBe(content)
    },
  )

  it('is the same code however it was typed', () => {
    expect(keyOf('k7mpx 4qwrt')).toBe(keyOf('K7MPX-4QWRT'))
  })
})

describe('what was scanned', () => {
  it.each([
    ['k7mpx 4qwrt', 'K7MPX-4QWRT'],
    ['K7MPX.4QWRT', 'K7MPX-4QWRT'],
    ['o7mpx_4qwil', '07MPX-4QW11'],
    ['K7MPX – 4QWRT', 'K7MPX-4QWRT'],
  ])('%j is the code %s as the server reads it', (typed, code) => {
    expect(codeIn(typed)).toBe(code)
    expect(subjectIn(typed)).toEqual({ code: typed })
  })

  it.each([
    '',
    'K7MPX',
    'K7MPX-4QWRTX',
    'K7MPX-4QWRU',
    'A'.repeat(41),
    '{"id":"01JZZZZZZZZZZZZZZZZZZZZZZZ"}',
  ])('%j is no code', (text) => {
    expect(codeIn(text)).toBeNull()
    expect(subjectIn(text)).toEqual({ pass: text })
  })

  it('is never taken for the id of a guest', () => {
    expect(subjectIn('01JZZZZZZZZZZZZZZZZZZZZZZZ')).toEqual({ pass: '01JZZZZZZZZZZZZZZZZZZZZZZZ' })
  })
})

describe('the scans of a device', () => {
  it('gives each reading a nonce and a time of its own', () => {
    const scans = scansWithNonces()
    expect(scans.read(A, NOON)).toEqual({
      subject: A,
      nonce: 'nonce-1',
      scannedAt: '2027-06-19T12:00:00.000Z',
    })
    expect(scans.read(A, NOON + 60_000).nonce).toBe('nonce-2')
  })

  it('keeps nonce, time and count of an arrival without an answer, so that a retry is the same arrival', () => {
    const scans = scansWithNonces()
    const scan = scans.read(A, NOON)
    scans.lost({ scan, count: 3, name: 'Anna', send })
    expect(scans.read({ code: 'aaaaa aaaaa' }, NOON + 90_000)).toBe(scan)
    expect(scans.unrecordedOf({ code: 'AAAAAAAAAA' })).toEqual({ scan, count: 3, name: 'Anna', send })
  })

  it('does not let a lost arrival stand in the way of the next guest', () => {
    const scans = scansWithNonces()
    scans.lost({ scan: scans.read(A, NOON), count: 1, name: null, send })
    expect(scans.read(B, NOON).nonce).toBe('nonce-2')
    expect(scans.unrecorded).toHaveLength(1)
  })

  it('starts anew once the server has answered', () => {
    const scans = scansWithNonces()
    const scan = scans.read(A, NOON)
    scans.lost({ scan, count: 1, name: null, send })
    scans.answered(scan)
    expect(scans.unrecorded).toEqual([])
    expect(scans.read(A, NOON).nonce).toBe('nonce-2')
  })
})

describe('a code that is read again', () => {
  it('within three seconds comes to the same as before', () => {
    const readings = new Readings<string>()
    readings.keep(A, 'admitted', NOON)
    expect(readings.again({ code: 'aaaaaaaaaa' }, NOON + SAME_READING_MS - 1)).toBe('admitted')
  })

  it('later, or after an undo, is a new reading; another code always is', () => {
    const readings = new Readings<string>()
    readings.keep(A, 'admitted', NOON)
    expect(readings.again(A, NOON + SAME_READING_MS)).toBeNull()
    expect(readings.again(B, NOON)).toBeNull()
    readings.forget()
    expect(readings.again(A, NOON)).toBeNull()
  })

  it('stays the same reading for as long as it is held before the camera', () => {
    const readings = new Readings<string>()
    readings.keep(A, 'admitted', NOON)
    for (let at = NOON; at < NOON + 60_000; at += 125) expect(readings.again(A, at)).toBe('admitted')
    expect(readings.again(A, NOON + 59_875 + SAME_READING_MS)).toBeNull()
  })

  it('is not read anew because another one is in sight as well', () => {
    const readings = new Readings<string>()
    readings.keep(A, 'inside', NOON)
    readings.keep(B, 'admitted', NOON + 125)
    for (let at = NOON; at < NOON + 10_000; at += 250) {
      expect(readings.again(A, at)).toBe('inside')
      expect(readings.again(B, at + 125)).toBe('admitted')
    }
  })
})
