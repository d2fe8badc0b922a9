import { describe, expect, it } from 'vitest'
import { Allowlist } from '../../src/commands/settings/allowlist.ts'
import {
  requireEditable,
  requireEvent,
  settingsDecider,
  type SettingsCommand,
} from '../../src/commands/settings/decider.ts'
import { DEFAULT_THRESHOLDS } from '../../src/scoring/bands.ts'
import { given, NOW } from '../support/decider-spec.ts'

const details = {
  name: 'Summer party',
  slug: 'summer-party',
  eventDate: '2026-07-04T18:00:00Z',
  timezone: 'Europe/Berlin',
  venue: 'Garden',
}
const created = { type: 'EventCreated', data: { ownerId: 'HOST1', ...details } } as const
const published = { type: 'EventPublished', data: {} } as const
const closed = { type: 'EventClosed', data: {} } as const
const archived = { type: 'EventArchived', data: {} } as const

const draft = given(settingsDecider).events(created)
const change = (changes: Partial<typeof details>, ifChanges: number | null = null): SettingsCommand => ({
  kind: 'change_details',
  changes,
  ifChanges,
})

describe('an event', () => {
  it('is created as a draft with the default thresholds', () => {
    given(settingsDecider)
      .when({ kind: 'create', ownerId: 'HOST1', ...details })
      .then([created])
    expect(draft.state).toEqual({
      kind: 'configured',
      ownerId: 'HOST1',
      ...details,
      status: 'draft',
      thresholds: DEFAULT_THRESHOLDS,
      thresholdsVersion: 0,
      allowlist: new Allowlist(),
      stepUp: { high: false, blocked: false },
      tickets: new Map(),
      walkIns: false,
      changes: 0,
      createdAt: NOW,
      updatedAt: NOW,
    })
  })

  it('is not created twice', () => {
    draft.when({ kind: 'create', ownerId: 'HOST2', ...details }).then('event_exists')
  })

  it.each([change({ name: 'x' }), { kind: 'publish' }, { kind: 'close' }, { kind: 'archive' }] as const)(
    'that does not exist refuses $kind',
    (command) => {
      given(settingsDecider).when(command).then('not_found')
    },
  )

  it('that does not exist ignores facts about it', () => {
    expect(given(settingsDecider).events(published, closed).state).toEqual({ kind: 'missing' })
  })
})

describe('the details of an event', () => {
  it('are recorded as far as they differ', () => {
    draft
      .when(change({ name: 'Winter party', venue: 'Garden', timezone: 'UTC' }))
      .then([{ type: 'EventDetailsChanged', data: { name: 'Winter party', timezone: 'UTC' } }])
  })

  it('may lose the venue', () => {
    draft
      .when({ kind: 'change_details', changes: { venue: null }, ifChanges: null })
      .then([{ type: 'EventDetailsChanged', data: { venue: null } }])
  })

  it('that are the same record nothing', () => {
    draft.when(change({ ...details })).then([])
    draft.when(change({})).then([])
  })

  it('change the rest of nothing, count the changes and say when', () => {
    const { state } = draft.events(
      { type: 'EventDetailsChanged', data: { name: 'A' }, at: NOW + 1 },
      { type: 'EventDetailsChanged', data: { venue: null }, at: NOW + 2 },
    )
    expect(state).toMatchObject({
      ...details,
      name: 'A',
      venue: null,
      changes: 2,
      createdAt: NOW,
      updatedAt: NOW + 2,
    })
  })

  it('change only for an editor who saw the latest', () => {
    const edited = draft.after([change({ name: 'A' })])
    edited.when(change({ name: 'B' }, 0)).then('edited_meanwhile')
    edited.when(change({ name: 'B' }, 1)).then([{ type: 'EventDetailsChanged', data: { name: 'B' } }])
    expect(edited.when(change({ name: 'A' }, 0)).refusal().kind).toBe('precondition_failed')
  })
})

describe('the status of an event', () => {
  const events = {
    draft,
    published: draft.events(published),
    closed: draft.events(published, closed),
    archived: draft.events(archived),
  }
  const PUBLISHED = [published]
  const CLOSED = [closed]
  const ARCHIVED = [archived]

  it.each([
    ['draft', 'publish', PUBLISHED],
    ['draft', 'close', 'illegal_transition'],
    ['draft', 'archive', ARCHIVED],
    ['published', 'publish', []],
    ['published', 'close', CLOSED],
    ['published', 'archive', ARCHIVED],
    ['closed', 'publish', PUBLISHED],
    ['closed', 'close', []],
    ['closed', 'archive', ARCHIVED],
    ['archived', 'publish', 'illegal_transition'],
    ['archived', 'close', 'illegal_transition'],
    ['archived', 'archive', []],
  ] as const)('%s, when told to %s, leads to %j', (status, kind, outcome) => {
    events[status].when({ kind }).then(outcome)
  })

  it.each(['draft', 'published', 'closed', 'archived'] as const)('is %s after its facts', (status) => {
    expect(events[status].state).toMatchObject({ status })
  })

  it('archived keeps the details as they are', () => {
    events.archived.when(change({ name: 'x' })).then('event_archived')
  })
})

describe('other commands ask', () => {
  it('whether the event exists', () => {
    expect(() => requireEvent({ kind: 'missing' })).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(requireEvent(draft.state)).toMatchObject(details)
  })

  it('whether it can still be changed', () => {
    expect(() => {
      requireEditable(requireEvent(draft.events(archived).state))
    }).toThrow(expect.objectContaining({ code: 'event_archived' }))
    requireEditable(requireEvent(draft.events(published, closed).state))
  })
})
