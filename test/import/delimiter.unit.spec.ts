import { describe, expect, it } from 'vitest'
import { detectDelimiter } from '../../src/import/delimiter.ts'
import { lines } from './csv.ts'

describe('the delimiter', () => {
  it.each([
    [',', lines('name,email', 'Ann,a@example.com')],
    [';', lines('name;email', 'Ann;a@example.com')],
    ['\t', lines('name\temail', 'Ann\ta@example.com')],
    ['|', lines('name|email', 'Ann|a@example.com')],
    [
      ';',
      lines('name;email;notes', 'Ann;a@example.com;nuts, fish, milk', 'Bob;b@example.com;eggs, soy, rye'),
    ],
    [',', lines('"name; full","email"', '"Lee; Ann","a@example.com"')],
    [';', lines('"first, last";email', '"a ""b"", c";a@example.com')],
    [',', lines('', '', 'name,email', 'Ann,a@example.com')],
    [';', 'name;email\r\n"Ann\r\n, the, one";a@example.com\r\n'],
    [';', lines('first, middle, last name;email', 'Ann Lee;a@example.com')],
    [',', lines('name', 'Ann')],
    [';', lines('height 5"; name; email', 'x; Ann; a@example.com')],
  ])('is %j here', (delimiter, text) => {
    expect(detectDelimiter(text)).toEqual({ delimiter, skip: 0 })
  })

  it.each(['sep=;\n', 'sep=;\r\n', 'SEP=;\r'])('is what the line %j tells, which is no row', (line) => {
    expect(detectDelimiter(`${line}name,x;email\n`)).toEqual({ delimiter: ';', skip: line.length })
  })
})
