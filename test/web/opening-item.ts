import type { ActivityItem } from '../../src/contracts/activity.ts'

/** An opening by Amira as the activity of an event tells it: without a place, a device, a verdict or a score before. */
export const openingItem = (change: Partial<ActivityItem> = {}): ActivityItem => ({
  id: '01JZ0000000000000000000009',
  position: '1',
  kind: 'opening',
  at: '2027-06-18T17:30:00.000Z',
  guest: { id: '01JZ0000000000000000000001', name: 'Amira' },
  sentence: 'Amira opened the invitation.',
  score: 0,
  band: 'low',
  label: 'Verified',
  decision: 'allowed',
  ruleSet: 'v1',
  subScores: {},
  points: {},
  reasons: [],
  place: null,
  device: null,
  allowlisted: false,
  verdict: null,
  verdictNote: null,
  note: null,
  plusOneNames: [],
  cameAt: null,
  before: null,
  ...change,
})
