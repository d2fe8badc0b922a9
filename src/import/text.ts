import { isUtf8 } from 'node:buffer'
import { DomainError } from '../kernel/errors.ts'

export interface DecodedText {
  /** The text in UTF-8, without a byte order mark. */
  readonly utf8: Buffer
  /** The encoding is a guess that only a reader of the names can judge: Windows-1252. */
  readonly guessed: boolean
}

interface Signature {
  readonly bytes: readonly number[]
  readonly what: string
}

const ZIP = [0x50, 0x4b]
const OLE = [0xd0, 0xcf, 0x11, 0xe0]

/** First bytes of files that people pick by mistake, and what to do about it. */
const SIGNATURES: readonly Signature[] = [
  { bytes: ZIP, what: 'This is an Excel workbook or another packed file; save it as CSV and import that.' },
  { bytes: OLE, what: 'This is an old Excel workbook; save it as CSV and import that.' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'This is a PDF; import the list as CSV.' },
  { bytes: [0x89, 0x50, 0x4e, 0x47], what: 'This is a picture; import the list as CSV.' },
  { bytes: [0xff, 0xd8, 0xff], what: 'This is a picture; import the list as CSV.' },
  { bytes: [0x47, 0x49, 0x46, 0x38], what: 'This is a picture; import the list as CSV.' },
]

/** Formats that are text, so that only their first words tell them apart. */
const OPENINGS: readonly { readonly begins: RegExp; readonly what: string }[] = [
  { begins: /^BEGIN:VCARD/i, what: 'These are vCards; export the contacts as CSV and import that.' },
  {
    begins: /^<(!doctype|html|\?xml)/i,
    what: 'This is a web page or XML; save the list as CSV and import that.',
  },
  { begins: /^\{\\rtf/i, what: 'This is a text document; save the list as CSV and import that.' },
]

const refused = (message: string) => new DomainError('invalid', 'file_not_csv', message)

/**
 * Reads the bytes of a text file: UTF-8 with or without a byte order mark, UTF-16 with one, and Windows-1252 for
 * anything that is not valid UTF-8, because that is what Excel for Windows writes as "CSV".
 * @throws DomainError `file_empty`, `file_not_csv` for a workbook, a picture and other files that are no text
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signature = SIGNATURES.find((known) => startsWith(file, known.bytes))
  if (signature !== undefined) throw refused(signature.what)
  const decoded = decode(file)
  // UTF-16 has lost its zero bytes by now; what is left is a binary file.
  if (decoded.utf8.includes(0)) throw refused('This file is not text; save the list as CSV and import that.')
  const start = decoded.utf8.toString('utf8', 0, 200).trimStart()
  const opening = OPENINGS.find(({ begins }) => begins.test(start))
  if (opening !== undefined) throw refused(opening.what)
  if (start === '' && decoded.utf8.toString('utf8').trim() === '') {
    throw new DomainError('invalid', 'file_empty', 'The file is empty.')
  }
  return decoded
}

function decode(file: Buffer): DecodedText {
  if (startsWith(file, [0xff, 0xfe])) return { utf8: reencode(file, 'utf-16le'), guessed: false }
  if (startsWith(file, [0xfe, 0xff])) return { utf8: reencode(file, 'utf-16be'), guessed: false }
  const text = startsWith(file, [0xef, 0xbb, 0xbf]) ? file.subarray(3) : file
  if (isUtf8(text)) return { utf8: text, guessed: false }
  return { utf8: reencode(text, 'windows-1252'), guessed: true }
}

const reencode = (bytes: Buffer, encoding: string) =>
  Buffer.from(new TextDecoder(encoding).decode(bytes), 'utf8')

const startsWith = (file: Buffer, bytes: readonly number[]) =>
  file.length >= bytes.length && bytes.every((byte, i) => file[i] === byte)
