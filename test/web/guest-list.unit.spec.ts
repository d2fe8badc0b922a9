import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addGuestBody,
  guestListQuery,
  type GuestView,
  type ImportReport,
} from '../../src/contracts/guests.ts'
import { actionsFor, channelTo } from '../../web/src/features/guests/guest-actions.ts'
import {
  emptyGuest,
  guestDetails,
  guestDraftOf,
  guestFaults,
} from '../../web/src/features/guests/guest-draft.ts'
import {
  countsEverybody,
  filterOf,
  isNarrowed,
  queryOf,
  sortWords,
  statusOrder,
  type GuestSort,
} from '../../web/src/features/guests/guest-filter.ts'
import { refreshedRows, withNextPage } from '../../web/src/features/guests/guest-rows.ts'
import { recognised, rejectedCsv, valueOf } from '../../web/src/features/guests/import-report.ts'
import { changedFields } from '../../web/src/shared/changed-fields.ts'

const guest = (id: string, change: Partial<GuestView> = {}): GuestView => ({
  id,
  name: 'Amira Haddad',
  email: 'amira@example.com',
  phone: null,
  externalRef: null,
  plusOnesAllowed: 1,
  utmSource: null,
  walkIn: false,
  status: 'invited',
  risk: null,
  riskLabel: null,
  riskScore: null,
  openings: 0,
  answer: null,
  rsvpStatus: null,
  partySize: null,
  arrived: 0,
  linkVersion: 1,
  linkRevoked: false,
  invitation: { channel: 'email', state: 'sent', error: null, outdated: false },
  createdAt: '2027-06-01T00:00:00.000Z',
  updatedAt: '2027-06-01T00:00:00.000Z',
  ...change,
})

describe('the filter of the guest list', () => {
  it('keeps the address plain while nothing is narrowed', () => {
    expect(queryOf(filterOf({}))).toEqual({})
    expect(isNarrowed(filterOf({ sort: 'name' }))).toBe(false)
    expect(isNarrowed(filterOf({ q: 'a' }))).toBe(true)
  })

  it('tells counts of everybody from counts of those who were looked for', () => {
    expect(countsEverybody(filterOf({ status: 'confirmed', sort: 'name' }))).toBe(true)
    expect(countsEverybody(filterOf({ q: 'zzz' }))).toBe(false)
    expect(countsEverybody(filterOf({ risk: 'high' }))).toBe(false)
    expect(countsEverybody(filterOf({ checkedIn: 'true' }))).toBe(false)
    expect(countsEverybody(filterOf({ walkIn: 'true' }))).toBe(false)
  })

  it('leaves out what an address says wrongly', () => {
    expect(filterOf({ status: 'gone', risk: ['high'], q: 7, sort: 'shoe-size' })).toEqual(filterOf({}))
  })

  it('survives the way through the address, and is understood by the API', () => {
    const filter = fc.record({
      status: fc.constantFrom(null, ...statusOrder),
      risk: fc.constantFrom(null, 'low', 'medium', 'high', 'block'),
      checkedIn: fc.constantFrom(null, 'true', 'false'),
      walkIn: fc.constantFrom(null, 'true', 'false'),
      q: fc.string({ maxLength: 120 }).map((text) => text.trim()),
      sort: fc.constantFrom(...(Object.keys(sortWords) as GuestSort[])),
    } as const)
    fc.assert(
      fc.property(filter, (wanted) => {
        const query = queryOf(wanted)
        expect(filterOf(query)).toEqual(wanted)
        expect(guestListQuery.safeParse(query).success).toBe(true)
      }),
    )
  })
})

describe('the rows of the guest list', () => {
  it('are refreshed in place, in the order they are shown', () => {
    const fresh = [guest('c'), guest('b', { status: 'confirmed' }), guest('a')]
    const rows = refreshedRows([guest('a'), guest('b'), guest('gone')], fresh)
    expect(rows.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'invited'],
      ['b', 'confirmed'],
      ['gone', 'invited'],
    ])
  })

  it('grow by the next page without showing anybody twice', () => {
    expect(withNextPage([guest('a'), guest('b')], [guest('b'), guest('c')]).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})

describe('the form of a guest', () => {
  it('sends what the API takes, with empty fields as no value', () => {
    const details = guestDetails({
      ...emptyGuest(),
      name: ' Amira ',
      email: 'amira@example.com',
      plusOnes: '',
    })
    expect(details).toEqual({
      name: 'Amira',
      email: 'amira@example.com',
      phone: null,
      plusOnesAllowed: 0,
      utmSource: null,
      externalRef: null,
    })
    expect(addGuestBody.parse(details)).toEqual(details)
  })

  it.each([
    [{ name: '' }, { name: 'nameMissing' }],
    [{ plusOnes: '21' }, { plusOnesAllowed: 'plusOnesWrong' }],
    [{ plusOnes: '-1' }, { plusOnesAllowed: 'plusOnesWrong' }],
    [{ plusOnes: '1.5' }, { plusOnesAllowed: 'plusOnesWrong' }],
    [{ plusOnes: '20' }, {}],
  ])('finds in %j the faults %j', (change, faults) => {
    expect(guestFaults({ ...emptyGuest(), name: 'Amira', ...change })).toEqual(faults)
  })

  it('sends only what was changed', () => {
    const before = guestDraftOf(guest('a'))
    const now = { ...before, email: '', plusOnes: '2' }
    expect(changedFields(guestDetails(before), guestDetails(now))).toEqual({
      email: null,
      plusOnesAllowed: 2,
    })
    expect(changedFields(guestDetails(before), guestDetails(before))).toEqual({})
  })
})

describe('the way a link goes to a guest', () => {
  const both = { email: 'amira@example.com', phone: '+33612345678' }
  const invited = (channel: 'email' | 'sms' | null): Partial<GuestView> => ({
    invitation: { channel, state: channel ? 'sent' : 'none', error: null, outdated: false },
  })

  it.each([
    ['as the invitation did', { ...both, ...invited('sms') }, 'sms'],
    ['by e-mail without an invitation', { ...both, ...invited(null) }, 'email'],
    ['by what is left of the addresses', { email: null, phone: both.phone, ...invited('email') }, 'sms'],
    ['not at all without an address', { email: null, phone: null, ...invited('email') }, null],
  ])('is %s', (_how, change, channel) => {
    expect(channelTo(guest('a', change))).toBe(channel)
  })
})

describe('what can be done with a guest', () => {
  it('offers no link to copy once it is stopped', () => {
    expect(actionsFor(guest('a'))).toContain('copyLink')
    expect(actionsFor(guest('a', { linkRevoked: true }))).not.toContain('copyLink')
    expect(actionsFor(guest('a', { linkRevoked: true }))).toContain('newLink')
  })
})

describe('the report of an import', () => {
  it('names the columns by their headers', () => {
    expect(recognised({ name: 'Full name', email: 'E-Mail' })).toEqual([
      { header: 'Full name', field: 'name' },
      { header: 'E-Mail', field: 'email' },
    ])
  })

  const report: ImportReport = {
    batchId: 'batch',
    dryRun: false,
    created: 0,
    updated: 0,
    skipped: 0,
    withoutAddress: 0,
    header: ['Full name', ' E-Mail', 'Phone'],
    columns: { name: 'Full name', email: 'E-Mail', phone: 'Phone' },
    warnings: [],
    rejected: [
      { row: 3, field: 'email', message: 'is not an e-mail address' },
      { row: 3, field: 'phone', message: 'is not a phone number' },
      { row: 7, field: 'row', message: 'has 4 cells' },
    ],
    rejectedRows: [
      { row: 3, cells: ['Ann "Annie" Lee', 'ann,\nlee', '+33 6'] },
      { row: 7, cells: ['Lee', 'Bob', 'b@example.org', 'x'] },
    ],
  }

  it('shows what stands in the rejected cell', () => {
    expect(report.rejected.map((one) => valueOf(report, one))).toEqual(['ann,\nlee', '+33 6', ''])
  })

  it('is a CSV of the rejected rows in the columns of the file, with what is wrong behind them', () => {
    expect(
      parse(
        rejectedCsv(report, () => 'Row'),
        { bom: true },
      ),
    ).toEqual([
      ['Full name', ' E-Mail', 'Phone', '', 'Why'],
      [
        ...['Ann "Annie" Lee', 'ann,\nlee', "'+33 6", ''],
        'E-Mail is not an e-mail address; Phone is not a phone number',
      ],
      ['Lee', 'Bob', 'b@example.org', 'x', 'Row has 4 cells'],
    ])
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('does not let a spreadsheet run %j', (text) => {
    const rejectedRows = [{ row: 3, cells: [text, '', ''] }]
    const rows = parse(
      rejectedCsv({ ...report, rejectedRows }, () => 'Row'),
      { bom: true },
    )
    expect(rows[1]?.[0]).toBe(`'${text}`)
  })
})
