import { describe, expect, it } from 'vitest'
import { MAX_GUEST_ROWS, parseGuestFile } from '../../src/import/guest-file.ts'
import { lines, parseText } from './csv.ts'

const FULL = 'name,email,phone,plus ones,source,id'

const rowsOf = async (text: string) =>
  (await parseText(text)).rows.map(({ row, name }) => `${String(row)} ${name}`)

describe('a guest list', () => {
  it('gives every field of a guest, in the form it is stored', async () => {
    const file = await parseText(
      lines(FULL, ' Ann Lee ,Ann@Example.COM,+49 (171) 1234567,2,friends,A-1', 'Bob,,,,,'),
    )
    expect(file).toEqual({
      rows: [
        {
          row: 2,
          name: 'Ann Lee',
          email: 'Ann@example.com',
          phone: '+491711234567',
          plusOnesAllowed: 2,
          utmSource: 'friends',
          externalRef: 'A-1',
        },
        {
          row: 3,
          name: 'Bob',
          email: null,
          phone: null,
          plusOnesAllowed: null,
          utmSource: null,
          externalRef: null,
        },
      ],
      rejected: [],
      columns: {
        name: 'name',
        email: 'email',
        phone: 'phone',
        plusOnesAllowed: 'plus ones',
        utmSource: 'source',
        externalRef: 'id',
      },
      warnings: [],
    })
  })

  it('in Windows-1252 shows a name that tells whether it was read right, where there is one', async () => {
    const read = async (text: string) => (await parseGuestFile(Buffer.from(text, 'latin1'))).warnings
    expect(await read('name,source\nAnn,here\nZoë Müller,there\n')).toEqual([
      'The file is not UTF-8 and was read as Windows-1252. Row 3 is read as "Zoë Müller"; if that is wrong, save the file as "CSV UTF-8" and choose it again.',
    ])
    expect(await read('name,source\nAnn,Orléans\n')).toEqual([
      'The file is not UTF-8 and was read as Windows-1252. Should accents be wrong in your list, save the file as "CSV UTF-8" and choose it again.',
    ])
  })

  it('may have its columns in any order, and others besides', async () => {
    const { rows } = await parseText(lines('Table;E-Mail;Nachname;Vorname', '4;a@example.com;Lee;Ann'))
    expect(rows).toMatchObject([{ name: 'Ann Lee', email: 'a@example.com' }])
  })

  it('takes a full name first and puts one together where it is missing', async () => {
    const header = 'name,first_name,middle name,last_name'
    const { rows } = await parseText(
      lines(header, 'Ann Lee,A.,,L.', ',Bob,,Ray', ',Cid,de la,Vega', ',,,Dee'),
    )
    expect(rows.map(({ name }) => name)).toEqual(['Ann Lee', 'Bob Ray', 'Cid de la Vega', 'Dee'])
  })

  it('takes the first of several values that Google Contacts puts into one cell', async () => {
    const { rows } = await parseText(
      lines(
        'Name,E-mail 1 - Value,Phone 1 - Value',
        'Ann,a@example.com ::: b@example.com,+49 171 1234567 ::: 110',
      ),
    )
    expect(rows).toMatchObject([{ email: 'a@example.com', phone: '+491711234567' }])
  })

  it('reads numbers without a country code by the region it is told', async () => {
    const file = await parseText(lines('name,phone', 'Ann,0171 1234567'), { defaultRegion: 'DE' })
    expect(file.rows).toMatchObject([{ phone: '+491711234567' }])
  })
})

describe('rows', () => {
  it.each(['\n', '\r\n', '\r'])('end with %j', async (end) => {
    expect(await rowsOf(['name,email', 'Ann,', 'Bob,'].join(end))).toEqual(['2 Ann', '3 Bob'])
  })

  it('end differently within one file', async () => {
    expect(await rowsOf('name,x\r\nAnn,\nBob,\rCid,\r\n')).toEqual(['2 Ann', '3 Bob', '4 Cid'])
  })

  it('are numbered as a spreadsheet does: blank ones count, lines within a cell do not', async () => {
    const text = lines('name,notes', 'Ann,"one', 'two', 'three"', '', ' , ', 'Bob,"say ""hi"""', '', '')
    expect(await rowsOf(text)).toEqual(['2 Ann', '5 Bob'])
  })

  it('are numbered from the top of the file also when the header comes late or is told with sep=', async () => {
    expect(await rowsOf(lines('', '', 'name,x', 'Ann,'))).toEqual(['4 Ann'])
    expect(await rowsOf(lines('sep=;', 'name;x', 'Ann;'))).toEqual(['2 Ann'])
  })

  it('may be short of empty cells at their end, which is told', async () => {
    const file = await parseText(lines('name,email,phone', 'Ann', 'Bob,b@example.com,', 'Cid,c@example.com'))
    expect(file.rows).toHaveLength(3)
    expect(file.warnings).toEqual([
      '2 rows, the first is 2, have fewer cells than the header; the missing cells were taken as empty.',
    ])
    const one = await parseText(lines('name,email', 'Ann'))
    expect(one.warnings).toEqual([
      'Row 2 has fewer cells than the header; the missing cells were taken as empty.',
    ])
  })

  it('with more cells than the header are left out, unless the cells are empty', async () => {
    const file = await parseText(lines('name,email', 'Ann,a@example.com,,', 'Lee, Bob,b@example.com'))
    expect(file.rows.map(({ row }) => row)).toEqual([2])
    expect(file.rejected).toEqual([
      {
        row: 3,
        field: 'row',
        message: expect.stringContaining('has 3 cells, and the header has 2') as string,
      },
    ])
  })
})

describe('quotation marks', () => {
  it.each([
    ['in the middle of a cell', 'Ann "Annie" Lee,a@example.com', 'Ann "Annie" Lee'],
    ['around a part of it', '"Ann" Lee,a@example.com', '"Ann" Lee'],
    ['doubled within quotation marks', '"Ann ""Annie"" Lee",a@example.com', 'Ann "Annie" Lee'],
  ])('are text %s', async (_, line, name) => {
    const file = await parseText(lines('name,email', line, 'Bob,b@example.com'))
    expect(file.rows.map((guest) => guest.name)).toEqual([name, 'Bob'])
    expect(file.rejected).toEqual([])
  })

  it('that never close cost the row where they open and no other', async () => {
    const file = await parseText(
      lines('name,notes', 'Ann,x', 'Bob,"oops', 'Cid,"two', 'lines"', 'Dee,"also oops', 'Eve,'),
    )
    const message = 'has a quotation mark that opens and never closes'
    expect(file.rejected).toEqual([3, 5].map((row) => ({ row, field: 'row', message })))
    expect(file.rows.map(({ row, name }) => [row, name])).toEqual([
      [2, 'Ann'],
      [4, 'Cid'],
      [6, 'Eve'],
    ])
  })

  it('that never close before the end of a long file cost one row', async () => {
    const good = Array.from({ length: 2_000 }, (_, i) => `Guest ${String(i)},g${String(i)}@example.com`)
    const file = await parseText(lines('name,email', '"Ann,a@example.com', ...good))
    expect(file.rejected).toEqual([
      { row: 2, field: 'row', message: expect.stringContaining('never closes') as string },
    ])
    expect(file.rows.map(({ row }) => row)).toEqual(good.map((_, i) => i + 3))
  })
})

describe('a row is rejected', () => {
  it.each([
    ['a name that is empty', ',a@example.com', 'name', 'is empty'],
    ['a name that is too long', `${'x'.repeat(121)},`, 'name', 'is longer than 120 characters'],
    ['a name of two lines', '"Ann\nLee",', 'name', 'has control characters'],
    ['a name that is a formula', '=cmd(),', 'name', 'begins with = like a formula of a spreadsheet'],
    ['a formula behind a tab', '"\t=cmd()",', 'name', 'begins with = like a formula of a spreadsheet'],
    ['a name that is an old formula', '@SUM(1),', 'name', 'begins with @ like a formula of a spreadsheet'],
    ['a bad address', 'Ann,ann', 'email', 'is not an e-mail address'],
    ['a bad number', 'Ann,,12', 'phone', 'is not a phone number'],
    [
      'a number without a country',
      'Ann,,0171 1234567',
      'phone',
      'has no country code; write it like +49 171 1234567',
    ],
    ['too many plus ones', 'Ann,,,21', 'plusOnesAllowed', 'is not a whole number from 0 to 20'],
    ['half a plus one', 'Ann,,,1.5', 'plusOnesAllowed', 'is not a whole number from 0 to 20'],
    ['a negative plus one', 'Ann,,,-1', 'plusOnesAllowed', 'is not a whole number from 0 to 20'],
    ['plus ones in words', 'Ann,,,one', 'plusOnesAllowed', 'is not a whole number from 0 to 20'],
    ['a source that is too long', `Ann,,,,${'x'.repeat(81)}`, 'utmSource', 'is longer than 80 characters'],
    [
      'a source that is a formula',
      'Ann,,,,=1+1',
      'utmSource',
      'begins with = like a formula of a spreadsheet',
    ],
    [
      'a reference that is too long',
      `Ann,,,,,${'x'.repeat(121)}`,
      'externalRef',
      'is longer than 120 characters',
    ],
  ])('for %s', async (_, line, field, message) => {
    const file = await parseText(lines(FULL, line, 'Zoe,z@example.com,,,,'))
    expect(file.rejected).toEqual([{ row: 2, field, message }])
    expect(file.rows.map(({ name }) => name)).toEqual(['Zoe'])
  })

  it('for each of its faults', async () => {
    const { rejected } = await parseText(lines(FULL, ',ann,12,x,,'))
    expect(rejected.map(({ row, field }) => [row, field])).toEqual([
      [2, 'name'],
      [2, 'email'],
      [2, 'phone'],
      [2, 'plusOnesAllowed'],
    ])
  })

  it('never for a name with a plus, a minus, or 20 plus ones', async () => {
    const file = await parseText(lines(FULL, '+1 of Ann,,,20,,', '-- the band --,,,+2,,'))
    expect(file.rejected).toEqual([])
    expect(file.rows.map(({ plusOnesAllowed }) => plusOnesAllowed)).toEqual([20, 2])
  })
})

describe('a guest who is in the file already', () => {
  it.each([
    ['address, in any case', 'email', 'Ann,a@example.com,,,,', 'Anne,A@EXAMPLE.com,,,,'],
    ['number, in any notation', 'phone', 'Ann,,+49 171 1234567,,,', 'Anne,,0049171/1234567,,,'],
    ['reference', 'externalRef', 'Ann,,,,,7', 'Anne,,,,,7'],
  ])('by the same %s is rejected with the row of the first', async (_, field, first, second) => {
    const file = await parseText(lines(FULL, 'Zoe,,,,,', first, second))
    expect(file.rejected).toEqual([{ row: 4, field, message: 'is the same as row 3' }])
    expect(file.rows.map(({ row }) => row)).toEqual([2, 3])
  })

  it('is not looked for among rejected rows', async () => {
    const file = await parseText(lines(FULL, 'Ann,a@example.com,12,,,', 'Ann,a@example.com,,,,'))
    expect(file.rows.map(({ row }) => row)).toEqual([3])
  })

  it('is not the same by name', async () => {
    expect(await rowsOf(lines(FULL, 'Ann,,,,,', 'Ann,,,,,'))).toEqual(['2 Ann', '3 Ann'])
  })
})

describe('a file is refused', () => {
  const refusal = (text: string | Uint8Array) =>
    typeof text === 'string' ? parseText(text) : parseGuestFile(text)

  it.each([
    ['file_empty', ''],
    ['file_empty', ' \n\n'],
    ['file_empty', 'sep=;\n'],
    ['file_empty', ',,\n,,\n'],
    ['no_guests', 'name,email\n'],
    ['no_guests', 'name,email\n\n , \n'],
    ['no_name_column', 'colour,size\nred,4\n'],
    ['no_name_column', '"name,email\nAnn,a@example.com\n'],
    ['file_not_csv', Buffer.from('PK\u0003\u0004')],
  ])('as %s: %j', async (code, content) => {
    await expect(refusal(content)).rejects.toMatchObject({ name: 'DomainError', code })
  })

  it('with more guests than the most, and not with the most', { timeout: 60_000 }, async () => {
    const guests = `${'Ann\n'.repeat(MAX_GUEST_ROWS)}\n\n`
    expect((await parseText(`name\n${guests}`)).rows).toHaveLength(MAX_GUEST_ROWS)
    await expect(parseText(`name\n${guests}Bob\n`)).rejects.toMatchObject({
      kind: 'too_large',
      code: 'too_many_rows',
      message: expect.stringContaining('more than 50,000 guests') as string,
    })
  })
})
