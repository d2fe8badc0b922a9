import type { JsonSchema } from '../support/openapi.ts'

/** A body that a route has to refuse, or at least to survive. */
export interface WrongBody {
  readonly what: string
  readonly bytes: string | Buffer
  readonly type: string
  /** Whether no route with a body can take it. */
  readonly refused: boolean
}

const json = (what: string, bytes: string, refused = true): WrongBody => ({
  what,
  bytes,
  type: 'application/json',
  refused,
})

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** Wrong for every route that takes a JSON object. */
export const WRONG_BODIES: readonly WrongBody[] = [
  json('an empty body', ''),
  json('half an object', '{"name": "x"'),
  json('words', 'hello'),
  json('null', 'null'),
  json('a list', '[]'),
  json('a list of objects', '[{}]'),
  json('a number', '42'),
  json('a text', '"x"'),
  json('true', 'true'),
  json('a field that nobody knows', '{"nobody knows": 1}'),
  json('a prototype', '{"__proto__": {"admin": true}}'),
  json('a constructor', '{"constructor": {"prototype": {"admin": true}}}'),
  json('an object as deep as a mine', nested(10_000)),
  json(
    'bytes that are no text',
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1'),
  ),
  json('a byte order mark and nothing', '\ufeff'),
  json('more than is taken', `{"name": "${'x'.repeat(300_000)}"}`),
  { what: 'text', bytes: '{}', type: 'text/plain', refused: true },
  { what: 'XML', bytes: '<a/>', type: 'application/xml', refused: true },
  { what: 'a form', bytes: 'a=b', type: 'application/x-www-form-urlencoded', refused: true },
  {
    what: 'a type that is none',
    bytes: '{}',
    type: 'nonsense',
    refused: true,
  },
]

/** Values that no field of these types may take; texts that are only unusual are told apart by `refused`. */
export function wrongValues(schema: JsonSchema): { readonly value: unknown; readonly refused: boolean }[] {
  const types = schema.anyOf?.map(({ type }) => type) ?? [schema.type]
  const values: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['boolean', true],
    ['number', 1.5],
    ['number', 1e300],
    ['string', 'x'],
    ['array', [{}]],
    ['array', []],
    ['object', { a: { b: [] } }],
  ]
  const ofOtherTypes = values
    .filter(([type]) => !types.includes(type))
    // Whole numbers are numbers to JSON, and these are not whole or not possible.
    .map(([, value]) => ({ value, refused: true }))
  const texts = [
    '',
    'a\u0000b',
    '\ud800',
    '\u202egnp.exe',
    'x'.repeat(50_000),
    '💥'.repeat(100),
    "'; DROP TABLE x; --",
  ]
  return [...ofOtherTypes, ...texts.map((value) => ({ value, refused: !types.includes('string') }))]
}

/** Parts of a path that are no id. */
export const WRONG_SEGMENTS = [
  'x',
  '%00',
  '%0d%0aset-cookie:a=b',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '__proto__',
  '01arz3ndektsv4rrffq69g5fav',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  '%F0%9F%92%A5',
  '-1',
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(5_000),
  '%zz',
  '%ff',
  '%',
]

export const WRONG_QUERY_VALUES = [
  '',
  'x',
  '-1',
  '1e9',
  '0x10',
  '%00',
  'a%00b',
  '%ff',
  '%zz',
  '%F0%9F%92%A5',
  'x'.repeat(3_000),
  'W10', // The base64 of `[]`, a cursor in form only.
  'WyJhIiwiYiJd', // The base64 of `["a","b"]`.
  'WyJhXHUwMDAwIiwiYiJd', // With a NUL character in it.
  'WyI5OTk5OTk5OTk5OTk5OTk5OTkiLCJ4Il0', // With a time that is none, 999999999999999999.
]

export const WRONG_HEADERS: readonly (readonly [string, string])[] = [
  ['idempotency-key', ''],
  ['idempotency-key', 'two words'],
  ['idempotency-key', 'x'.repeat(256)],
  ['idempotency-key', 'caf\u00e9'],
  ['if-match', 'nonsense'],
  ['if-match', '"99999999999999999999"'],
  ['if-match', 'W/"x"'],
  ['gg-min-position', '-1'],
  ['gg-min-position', '1e3'],
  ['gg-min-position', 'x'.repeat(500)],
  ['authorization', 'Bearer'],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', `Bearer ${'x'.repeat(5_000)}`],
  ['authorization', 'Basic YTpi'],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJnZyI6e319.'],
  ['cookie', 'gg_session=%ff; gg_session=a.b.c; =; ;;'],
  ['cookie', 'gg_session=eyJhbGciOiJub25lIn0.eyJnZyI6e319.'],
  ['x-forwarded-for', 'not an address, 1.2.3.4.5, ::::'],
  ['x-forwarded-for', ''],
  ['host', 'evil.example'],
  ['accept', 'image/png;q=nonsense'],
  ['accept-encoding', 'nonsense, br;q=x'],
  ['content-length', '0'],
  ['range', 'bytes=99-1'],
  ['origin', 'null'],
  ['user-agent', ''],
]
