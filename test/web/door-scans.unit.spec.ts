import { describe, expect, it } from 'vitest'
import { formatCode, keyOf } from '../../web/src/door/code.ts'
import { NewestReading, SAME_READING_MS, Scans } from '../../web/src/door/scans.ts'

const NOON = Date.UTC(2027, 5, 19, 12)

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

describe('the scans of a device', () => {
  it('gives each reading a nonce and a time of its own', () => {
    const scans = scansWithNonces()
    expect(scans.read('AAAAA-AAAAA', NOON)).toEqual({
      code: 'AAAAA-AAAAA',
      nonce: 'nonce-1',
      scannedAt: '2027-06-19T12:00:00.000Z',
    })
    expect(scans.read('AAAAA-AAAAA', NOON + 60_000).nonce).toBe('nonce-2')
  })

  it('keeps nonce, time and count of an arrival without an answer, so that a retry is the same arrival', () => {
    const scans = scansWithNonces()
    const scan = scans.read('AAAAA-AAAAA', NOON)
    scans.lost({ scan, count: 3, name: 'Anna' })
    expect(scans.read('aaaaa aaaaa', NOON + 90_000)).toBe(scan)
    expect(scans.unrecordedOf('AAAAAAAAAA')).toEqual({ scan, count: 3, name: 'Anna' })
  })

  it('does not let a lost arrival stand in the way of the next guest', () => {
    const scans = scansWithNonces()
    scans.lost({ scan: scans.read('AAAAA-AAAAA', NOON), count: 1, name: null })
    expect(scans.read('BBBBB-BBBBB', NOON).nonce).toBe('nonce-2')
    expect(scans.unrecorded).toHaveLength(1)
  })

  it('starts anew once the server has answered', () => {
    const scans = scansWithNonces()
    const scan = scans.read('AAAAA-AAAAA', NOON)
    scans.lost({ scan, count: 1, name: null })
    scans.answered(scan)
    expect(scans.unrecorded).toEqual([])
    expect(scans.read('AAAAA-AAAAA', NOON).nonce).toBe('nonce-2')
  })
})

describe('a code that is read again', () => {
  it('within three seconds comes to the same as before', () => {
    const newest = new NewestReading<string>()
    newest.keep('AAAAA-AAAAA', 'admitted', NOON)
    expect(newest.again('aaaaaaaaaa', NOON + SAME_READING_MS - 1)).toBe('admitted')
  })

  it('later, after an undo, or with another code in between is a new reading', () => {
    const newest = new NewestReading<string>()
    newest.keep('AAAAA-AAAAA', 'admitted', NOON)
    expect(newest.again('AAAAA-AAAAA', NOON + SAME_READING_MS)).toBeNull()
    expect(newest.again('BBBBB-BBBBB', NOON)).toBeNull()
    newest.forget()
    expect(newest.again('AAAAA-AAAAA', NOON)).toBeNull()
  })
})
