import { describe, expect, it } from 'vitest'
import { decodeText } from '../../src/import/text.ts'

const TEXT = 'name,email\nZoë Müller,zoe@example.com\n'

function utf16(text: string, order: 'le' | 'be'): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

describe('the text of a file', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16 little endian', utf16(TEXT, 'le')],
    ['UTF-16 big endian', utf16(TEXT, 'be')],
  ])('is read from %s', (_, bytes) => {
    const { utf8, guessed } = decodeText(bytes)
    expect(utf8.toString('utf8')).toBe(TEXT)
    expect(guessed).toBe(false)
  })

  it('is read as Windows-1252 when it is not UTF-8, and says so', () => {
    const { utf8, guessed } = decodeText(Buffer.from([0x80, 0x93, 0x5a, 0x6f, 0xeb, 0x94]))
    expect(utf8.toString('utf8')).toBe('€“Zoë”')
    expect(guessed).toBe(true)
  })

  it('is read from a view into a larger buffer without its neighbours', () => {
    const buffer = new Uint8Array(Buffer.from(`secret${TEXT}secret`))
    const view = buffer.subarray(6, buffer.length - 6)
    expect(decodeText(view).utf8.toString('utf8')).toBe(TEXT)
  })

  it.each([
    ['an Excel workbook', Buffer.from('PK\u0003\u0004workbook'), /Excel workbook.*save it as CSV/],
    ['an old Excel workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), /old Excel workbook/],
    ['a PDF', Buffer.from('%PDF-1.7\n'), /PDF/],
    ['a PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d]), /picture/],
    ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /picture/],
    ['a GIF', Buffer.from('GIF89a'), /picture/],
    ['vCards', Buffer.from('BEGIN:VCARD\r\nVERSION:3.0'), /vCards/],
    ['a web page', Buffer.from('\n <!DOCTYPE html><table>'), /web page/],
    ['an XML workbook', Buffer.from('\ufeff<?xml version="1.0"?>'), /XML/],
    ['rich text', Buffer.from('{\\rtf1'), /text document/],
    ['any other binary', Buffer.from('name,email\nAnn\u0000,a@example.com'), /not text/],
    ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le'), /not text/],
  ])('is refused for %s with a sentence', (_, bytes, sentence) => {
    expect(() => decodeText(bytes)).toThrow(
      expect.objectContaining({
        code: 'file_not_csv',
        kind: 'invalid',
        message: expect.stringMatching(sentence) as string,
      }),
    )
  })

  it.each([
    ['no bytes', ''],
    ['a byte order mark only', '\ufeff'],
    ['blank lines', `${' \r\n'.repeat(300)}\t`],
  ])('is refused as empty for %s', (_, text) => {
    expect(() => decodeText(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'file_empty' }))
  })
})
