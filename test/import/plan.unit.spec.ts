import { describe, expect, it } from 'vitest'
import type { GuestRow } from '../../src/import/guest-row.ts'
import { identityOf, planImport } from '../../src/import/plan.ts'

const nothing = {
  email: null,
  phone: null,
  externalRef: null,
  utmSource: null,
}
const row = (number: number, change: Partial<GuestRow> = {}): GuestRow => ({
  row: number,
  name: `Guest ${String(number)}`,
  ...nothing,
  plusOnesAllowed: null,
  ...change,
})
const ann = {
  guestId: 'ANN',
  name: 'Ann',
  ...nothing,
  email: 'ann@example.com',
  phone: '+491711234567',
  externalRef: 'A-1',
  plusOnesAllowed: 2,
  changedBy: null,
}
const bob = {
  ...ann,
  guestId: 'BOB',
  name: 'Bob',
  email: 'bob@example.com',
  phone: '+491719999999',
  externalRef: 'B-1',
}

describe('a row of a file', () => {
  it('that matches nobody is a new guest, without plus ones unless it says so', () => {
    const { rows, ambiguous } = planImport(
      [row(2, { email: 'zoe@example.com' }), row(3, { plusOnesAllowed: 4 })],
      [ann],
    )
    expect(ambiguous).toEqual([])
    expect(rows).toMatchObject([
      { kind: 'create', invite: { name: 'Guest 2', email: 'zoe@example.com', plusOnesAllowed: 0 } },
      { kind: 'create', invite: { name: 'Guest 3', email: null, plusOnesAllowed: 4 } },
    ])
  })

  it.each([
    ['address, in any case', { email: 'ANN@example.com' }, { name: 'Guest 2', email: 'ANN@example.com' }],
    ['number', { phone: '+491711234567' }, { name: 'Guest 2' }],
    ['reference', { externalRef: 'A-1', plusOnesAllowed: 0 }, { name: 'Guest 2', plusOnesAllowed: 0 }],
  ])('with the %s of a guest updates what it says differently', (_, contact, changes) => {
    expect(planImport([row(2, contact)], [ann, bob]).rows).toEqual([
      { kind: 'update', row: row(2, contact), guestId: 'ANN', changes },
    ])
  })

  it('that says nothing new is skipped, and its empty cells empty nothing', () => {
    const same = row(2, { name: 'Ann', email: 'ann@example.com' })
    expect(planImport([same], [ann]).rows).toEqual([
      { kind: 'skip', row: same, guestId: 'ANN', changedBy: null },
    ])
  })

  it('that matches two guests is left out', () => {
    const both = row(2, { email: ann.email, phone: bob.phone })
    expect(planImport([both], [ann, bob])).toEqual({
      rows: [],
      ambiguous: [{ row: 2, field: 'row', message: 'matches two guests: Ann and Bob' }],
    })
  })

  it('that matches the guest of an earlier row is left out, so that it does not overwrite that row', () => {
    const plan = planImport([row(2, { email: ann.email }), row(5, { externalRef: 'A-1' })], [ann])
    expect(plan.rows.map(({ kind }) => kind)).toEqual(['update'])
    expect(plan.ambiguous).toEqual([{ row: 5, field: 'row', message: 'matches the same guest as row 2' }])
  })
})

describe('new guests of one file', () => {
  it('are told apart, also when what identifies one is what identifies another in other ways', () => {
    const rows = [
      row(2, { externalRef: 'a@example.com' }),
      row(3, { email: 'a@example.com' }),
      row(4, { externalRef: 'row 5' }),
      row(5),
    ]
    const identities = planImport(rows, []).rows.map(
      (planned) => planned.kind === 'create' && identityOf(planned.row),
    )
    expect(new Set(identities).size).toBe(4)
  })

  it('are the same guests when the file is sent again', () => {
    const rows = [row(2, { email: 'a@example.com' }), row(3)]
    expect(planImport(rows, [])).toEqual(planImport(structuredClone(rows), []))
  })
})
