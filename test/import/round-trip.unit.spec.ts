import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addGuestBody } from '../../src/contracts/guests.ts'
import { parseGuestFile } from '../../src/import/guest-file.ts'

const validName = (text: string) =>
  !/^[=@]/.test(text) && addGuestBody.shape.name.safeParse(text).data === text

const unicodeNames = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(validName)
/** Letters of Windows-1252 whose bytes, in whatever order, are never valid UTF-8. */
const westernNames = fc
  .string({
    unit: fc.constantFrom('a', 'e', 'é', ' ', 'ü', 'ß', ',', ';', '|', '"', 'Ñ'),
    minLength: 1,
    maxLength: 20,
  })
  .map((text) => `é${text}x`)

const guestOf = (names: fc.Arbitrary<string>) =>
  fc.record({
    name: names,
    hasEmail: fc.boolean(),
    hasPhone: fc.boolean(),
    plusOnesAllowed: fc.option(fc.integer({ min: 0, max: 20 })),
    utmSource: fc.option(fc.constantFrom('friends', 'a,b', 'x;y|z')),
    /** Of a column that nobody asked for. */
    notes: fc.constantFrom('', 'plain', 'two\nlines', 'dos\r\nlines', 'a "quoted" word', ',;|\t'),
    blankRowsBefore: fc.integer({ min: 0, max: 2 }),
  })

const layouts = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  quoteAll: fc.boolean(),
  lastLineEnds: fc.boolean(),
})

const files = fc.constantFrom('utf8', 'utf8-bom', 'utf16le', 'utf16be', 'windows1252').chain((encoding) =>
  fc.record({
    encoding: fc.constant(encoding),
    layout: layouts,
    guests: fc.array(guestOf(encoding === 'windows1252' ? westernNames : unicodeNames), {
      minLength: 1,
      maxLength: 25,
    }),
  }),
)

function encode(text: string, encoding: string): Buffer {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(text)
    case 'utf8-bom':
      return Buffer.from(`\ufeff${text}`)
    case 'utf16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le')
    case 'utf16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
    default:
      return Buffer.from(text, 'latin1')
  }
}

describe('any list of valid guests', () => {
  it('comes back from any way of writing it, with its row numbers', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ encoding, layout, guests }) => {
        const cell = (text: string) =>
          layout.quoteAll || /[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
        const records = [['name', 'e-mail', 'phone', '+1', 'source', 'notes']]
        const expected = guests.map((guest, i) => {
          const email = guest.hasEmail ? `g${String(i)}@example.com` : null
          const phone = guest.hasPhone ? `+4917112345${String(i).padStart(2, '0')}` : null
          const { name, plusOnesAllowed, utmSource, notes } = guest
          for (let blank = 0; blank < guest.blankRowsBefore; blank++) records.push([''])
          records.push([
            name,
            email ?? '',
            phone ?? '',
            String(plusOnesAllowed ?? ''),
            utmSource ?? '',
            notes,
          ])
          return { row: records.length, name, email, phone, plusOnesAllowed, utmSource, externalRef: null }
        })
        const text =
          records.map((record) => record.map(cell).join(layout.delimiter)).join(layout.lineEnd) +
          (layout.lastLineEnds ? layout.lineEnd : '')
        const file = await parseGuestFile(encode(text, encoding))
        expect(file.rejected).toEqual([])
        expect(file.rows).toEqual(expected)
        expect(file.warnings).toHaveLength(encoding === 'windows1252' ? 1 : 0)
      }),
      { numRuns: 400 },
    )
  })
})

describe('any bytes at all', () => {
  it('are read or refused with a sentence, and never anything else', { timeout: 60_000 }, async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .string({
          unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', 'a', ' ', '=', '+', '1', 'é'),
          maxLength: 200,
        })
        .map((text) => Buffer.from(`name,email\n${text}`)),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        try {
          const { rows, rejected } = await parseGuestFile(content)
          const numbers = rows.map(({ row }) => row)
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
          for (const { row } of rejected) expect(numbers).not.toContain(row)
        } catch (error) {
          expect(error).toMatchObject({ name: 'DomainError' })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
