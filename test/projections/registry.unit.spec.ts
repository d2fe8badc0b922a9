import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factTypes } from '../../src/events/registry.ts'
import { handles } from '../../src/projections/projection.ts'
import { projections } from '../../src/projections/registry.ts'
import { anyHistory, anyStep } from '../support/any-history.ts'
import { asFacts, guestSteps } from '../support/facts.ts'
import { contentOf, foldAll, foldInto, type Tables } from './fold-all.ts'

it('random histories hold every type of fact that some projection handles', () => {
  const seen = new Set(
    fc.sample(anyStep(), { numRuns: 2_000, seed: 7 }).map(({ fact }) => fact.type as string),
  )
  const handled = factTypes.filter((type) => projections.some((projection) => handles(projection, type)))
  expect(handled.filter((type) => !seen.has(type))).toEqual([])
})

describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (_name, projection) => {
    it('changes nothing when the same facts are applied twice', () => {
      fc.assert(
        fc.property(anyHistory(), (history) => {
          const facts = asFacts(history)
          const tables = foldAll(projection, facts)
          const before = structuredClone(tables)
          expect(foldInto(tables, projection, facts)).toBe(0)
          expect(tables).toEqual(before)
        }),
      )
    })

    it('ends the same however the history is cut into batches', () => {
      fc.assert(
        fc.property(anyHistory(), fc.array(fc.nat(60), { maxLength: 4 }), (history, cuts) => {
          const facts = asFacts(history)
          const tables: Tables = new Map()
          let from = 0
          for (const to of [...cuts.toSorted((a, b) => a - b), facts.length]) {
            foldInto(tables, projection, facts.slice(from, to))
            from = Math.max(from, to)
          }
          expect(tables).toEqual(foldAll(projection, facts))
        }),
      )
    })

    it('says the same when the answers come after everything else, as when they were parked for a while', () => {
      fc.assert(
        fc.property(anyHistory(), (history) => {
          const facts = asFacts(history)
          const late = facts.filter((fact) => fact.stream.endsWith('-rsvps'))
          const others = facts.filter((fact) => !fact.stream.endsWith('-rsvps'))
          const tables = foldAll(projection, others)
          foldInto(tables, projection, late)
          expect(contentOf(tables)).toEqual(contentOf(foldAll(projection, facts)))
        }),
      )
    })

    it('keeps nothing personal of a guest who was forgotten', () => {
      const guest = guestSteps(0, 1)
      const personal = [
        'Ada',
        'ada@',
        '+3312',
        'crm-7',
        'Lyon',
        'Paris',
        'Safari',
        'Eve',
        'no nuts',
        '192.0.2',
      ]
      const before = [
        guest.invited({ name: 'Ada', email: 'ada@example.org', phone: '+33123456789', externalRef: 'crm-7' }),
        guest.changed({ name: 'Ada L.' }),
        guest.attempted(),
        guest.scored(),
        guest.answered('confirmed', 2, { plusOneNames: ['Eve'], note: 'no nuts' }),
        guest.checkedIn(),
      ]
      const kept = JSON.stringify(contentOf(foldAll(projection, asFacts(before))))
      const after = JSON.stringify(contentOf(foldAll(projection, asFacts([...before, guest.forgotten()]))))
      expect(personal.filter((word) => after.includes(word))).toEqual([])
      // Otherwise the test above would prove nothing for this projection.
      const holdsPersonal = ['guests', 'rsvps', 'activity', 'door'].includes(projection.name)
      expect(personal.some((word) => kept.includes(word))).toBe(holdsPersonal)
    })

    it('is named so that its name can stand in SQL', () => {
      for (const name of [projection.name, ...projection.tables.map((table) => table.name)]) {
        expect(name).toMatch(/^[a-z][a-z_]{0,30}$/)
      }
      if (projection.announces !== undefined) {
        const announced = projection.tables.find((table) => table.name === projection.announces)
        expect(announced?.columns).toHaveProperty('event_id')
      }
    })
  },
)
