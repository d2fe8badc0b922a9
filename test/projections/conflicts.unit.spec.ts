import { describe, expect, it } from 'vitest'
import { arrivals } from '../../src/projections/arrivals.ts'
import { activity } from '../../src/projections/activity.ts'
import { activityItemOf, type ToldRow } from '../../src/projections/queries/activity-item.ts'
import { aCheckInId, asFacts, guestSteps, type Step } from '../support/facts.ts'
import { rowsOf } from './fold-all.ts'

const ada = guestSteps(0, 1)
const involved = (n: number) => ({
  checkInId: aCheckInId(n),
  gate: n === 1 ? 'North' : 'South',
  deviceId: `door-${String(n)}`,
  scannedAt: '2026-06-01T09:00:00Z',
  count: 2,
})
const twice = [
  ada.checkedIn(1, 2, 'North'),
  ada.checkedIn(2, 2, 'South', { counted: 0 }),
  ada.conflicted({ checkInId: aCheckInId(2), arrivals: [involved(1), involved(2)] }),
]

describe('a conflict that the host leaves as it is', () => {
  const conflicts = (...steps: Step[]) => rowsOf(arrivals, asFacts([...twice, ...steps]), 'conflicts')
  const before = conflicts()

  it('is resolved, and says how, when and by whom', () => {
    expect(before).toMatchObject([{ settled: null, resolved: false }])
    expect(conflicts(ada.settled(2))).toEqual([
      expect.objectContaining({
        settled: { how: 'left_as_is', at: '2026-06-01T10:00:03.000Z', by: expect.any(String) as string },
        resolved: true,
      }),
    ])
  })

  it('is open as before once that is taken back', () => {
    expect(conflicts(ada.settled(2), ada.reopened(2))).toMatchObject([{ settled: null, resolved: false }])
  })

  it('stays resolved after an arrival was taken back, also when it is opened again', () => {
    const both = [ada.settled(2), ada.undone(1)]
    expect(conflicts(...both)).toMatchObject([
      { settled: { how: 'left_as_is' }, resolved: true, arrivals: [{ undone: true }, { undone: false }] },
    ])
    expect(conflicts(...both, ada.reopened(2))).toMatchObject([{ settled: null, resolved: true }])
  })

  it('leaves the arrivals and who else has a conflict as they are', () => {
    const checkIns = (...steps: Step[]) =>
      rowsOf(arrivals, asFacts([...twice, ...steps]), 'check_ins').map((one) => [
        one['counted'],
        one['undone'],
      ])
    expect(checkIns(ada.settled(2))).toEqual(checkIns())
    expect(conflicts(ada.settled(1), guestSteps(0, 2).settled(2))).toMatchObject([{ resolved: false }])
  })

  it('is told in the feed with the gate, and so is that it was opened again', () => {
    const items = rowsOf(activity, asFacts([...twice, ada.settled(2), ada.reopened(2)]), 'items')
    const arrival = items.find((one) => one['item_id'] === aCheckInId(2))?.['details'] as ToldRow['arrival']
    const told = items
      .filter(({ kind }) => kind === 'check_in_conflict_settled')
      .map((row) =>
        activityItemOf({ ...(row as ToldRow), name: 'Ada', note: null, plus_one_names: null, arrival }),
      )
    expect(told.map(({ sentence }) => sentence)).toEqual([
      'The conflict about the arrival of Ada at South was settled: it stays as it is',
      'The conflict about the arrival of Ada at South was opened again',
    ])
  })
})
