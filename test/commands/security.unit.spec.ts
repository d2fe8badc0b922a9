import { describe, expect, it } from 'vitest'
import {
  requireEvent,
  settingsDecider,
  type ConfiguredEvent,
  type SettingsCommand,
} from '../../src/commands/settings/decider.ts'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../src/scoring/bands.ts'
import { given, NOW } from '../support/decider-spec.ts'

const created = {
  type: 'EventCreated',
  data: {
    ownerId: 'HOST1',
    name: 'Summer party',
    slug: 'summer-party',
    eventDate: '2026-07-04T18:00:00Z',
    timezone: 'Europe/Berlin',
    venue: null,
  },
} as const
const event = given(settingsDecider).events(created)
const stateOf = (spec: typeof event): ConfiguredEvent => requireEvent(spec.state)

const thresholds = (
  medium: number,
  high: number,
  block: number,
  ifVersion: number | null = null,
): SettingsCommand => ({
  kind: 'set_thresholds',
  thresholds: { medium, high, block },
  ifVersion,
})
const allow = (cidr: string, entryId = 'N1', note: string | null = null): SettingsCommand => ({
  kind: 'allow_network',
  entryId,
  hostId: 'HOST1',
  cidr,
  note,
})
const disallow = (cidr: string): SettingsCommand => ({ kind: 'disallow_network', cidr })
const codes = (high: boolean, blocked: boolean): SettingsCommand => ({
  kind: 'configure_step_up',
  high,
  blocked,
})

describe('the thresholds of an event', () => {
  it('change with what they were and a version that counts up', () => {
    event.when(thresholds(20, 50, 80)).then([
      {
        type: 'ThresholdsChanged',
        data: { from: DEFAULT_THRESHOLDS, to: { medium: 20, high: 50, block: 80 }, version: 1 },
      },
    ])
    const changed = event.after([thresholds(20, 50, 80), thresholds(0, 1, 100)])
    expect(stateOf(changed)).toMatchObject({
      thresholds: { medium: 0, high: 1, block: 100 },
      thresholdsVersion: 2,
    })
    changed.when(thresholds(30, 60, 85)).then([
      {
        type: 'ThresholdsChanged',
        data: { from: { medium: 0, high: 1, block: 100 }, to: DEFAULT_THRESHOLDS, version: 3 },
      },
    ])
  })

  it('that stay the same record nothing', () => {
    event.when(thresholds(30, 60, 85)).then([])
    event
      .after([thresholds(20, 50, 80)])
      .when(thresholds(20, 50, 80))
      .then([])
  })

  it.each([
    [thresholds(60, 30, 85), 'high must be above medium.', ['high']],
    [thresholds(30, 85, 60), 'block must be above high.', ['block']],
    [thresholds(30, 30, 85), 'high must be above medium.', ['high']],
    [thresholds(30, 85, 85), 'block must be above high.', ['block']],
    [thresholds(50, 50, 50), 'high must be above medium; block must be above high.', ['high', 'block']],
    [thresholds(NaN, 60, 85), 'medium takes a whole number from 0 to 100.', ['medium']],
    [thresholds(30, 60, Infinity), 'block takes a whole number from 0 to 100.', ['block']],
    [thresholds(30, 60.5, 85), 'high takes a whole number from 0 to 100.', ['high']],
    [thresholds(30, 60, 1e9), 'block takes a whole number from 0 to 100.', ['block']],
    [thresholds(30, 60, 101), 'block takes a whole number from 0 to 100.', ['block']],
    [thresholds(-1, 60, 85), 'medium takes a whole number from 0 to 100.', ['medium']],
    [
      thresholds(-1, 0.5, NaN),
      'medium takes a whole number from 0 to 100; high takes a whole number from 0 to 100; block takes a whole number from 0 to 100.',
      ['medium', 'high', 'block'],
    ],
  ])('%j are refused: %s', (command, message, fields) => {
    const refusal = event.when(command).refusal()
    expect(refusal).toMatchObject({ kind: 'invalid', code: 'bad_thresholds', message })
    expect(refusal.fields.map(({ path }) => path)).toEqual(fields)
  })

  it('are refused to an editor who saw other ones, and taken from one who saw these', () => {
    const changed = event.after([thresholds(20, 50, 80)])
    expect(changed.when(thresholds(10, 40, 70, 0)).refusal()).toMatchObject({
      kind: 'precondition_failed',
      code: 'edited_meanwhile',
    })
    expect(changed.when(thresholds(10, 40, 70, 1)).facts()).toHaveLength(1)
    // Also the very same numbers: whoever sends them has seen others.
    changed.when(thresholds(20, 50, 80, 0)).then('edited_meanwhile')
  })

  it('take nothing from the request but the three numbers', () => {
    const more = { medium: 20, high: 50, block: 80, note: 'x' } as Thresholds
    const [fact] = event.when({ kind: 'set_thresholds', thresholds: more, ifVersion: null }).facts()
    expect(fact?.data).toMatchObject({ to: { medium: 20, high: 50, block: 80 } })
    expect(JSON.stringify(fact)).not.toContain('note')
  })
})

describe('a trusted network', () => {
  const listed = event.after([allow('203.0.113.0/24', 'N1', 'the office')])

  it('is recorded for the host who named it, the address sealed', () => {
    event.when(allow('203.0.113.0/24', 'N1', 'the office')).then([
      {
        type: 'NetworkAllowed',
        data: { entryId: 'N1', hostId: 'HOST1' },
        personal: { cidr: '203.0.113.0/24', note: 'the office' },
      },
    ])
    expect(stateOf(listed).allowlist.entries).toEqual([
      { entryId: 'N1', cidr: '203.0.113.0/24', note: 'the office', addedAt: NOW },
    ])
  })

  it('is listed once', () => {
    const refusal = listed.when(allow('203.0.113.0/24', 'N2')).refusal()
    expect(refusal).toMatchObject({ kind: 'conflict', code: 'network_listed' })
    expect(refusal.message).toBe('203.0.113.0/24 is on the list already.')
  })

  it('may lie inside another', () => {
    const nested = listed.after([allow('203.0.113.7/32', 'N2')])
    expect(stateOf(nested).allowlist.match('203.0.113.7')?.entryId).toBe('N2')
    expect(stateOf(nested).allowlist.match('203.0.113.8')?.entryId).toBe('N1')
  })

  it('is taken off the list, and can be listed again', () => {
    listed.when(disallow('203.0.113.0/24')).then([{ type: 'NetworkDisallowed', data: { entryId: 'N1' } }])
    const empty = listed.after([disallow('203.0.113.0/24')])
    expect(stateOf(empty).allowlist.match('203.0.113.7')).toBeNull()
    expect(empty.when(disallow('203.0.113.0/24')).refusal()).toMatchObject({ kind: 'not_found' })
    expect(empty.when(allow('203.0.113.0/24', 'N2')).facts()).toHaveLength(1)
  })

  it('that is not on the list cannot be taken off it, wider or narrower ones notwithstanding', () => {
    listed.when(disallow('203.0.113.0/25')).then('not_found')
    listed.when(disallow('203.0.113.7/32')).then('not_found')
    listed.when(disallow('203.0.0.0/16')).then('not_found')
  })

  it('lets nobody by once it went with the host who named it, and the list goes on', () => {
    const erased = event.events(
      { type: 'NetworkAllowed', data: { entryId: 'N1', hostId: 'HOST1' }, personal: 'erased' },
      {
        type: 'NetworkAllowed',
        data: { entryId: 'N2', hostId: 'HOST2' },
        personal: { cidr: '198.51.100.0/24', note: null },
      },
      { type: 'NetworkDisallowed', data: { entryId: 'N1' } },
    )
    expect(stateOf(erased).allowlist.entries.map(({ entryId }) => entryId)).toEqual(['N2'])
  })
})

describe('codes for suspicious openings', () => {
  it('are off at first, and recorded as they are wanted', () => {
    expect(stateOf(event).stepUp).toEqual({ high: false, blocked: false })
    event.when(codes(true, false)).then([{ type: 'StepUpConfigured', data: { high: true, blocked: false } }])
    expect(stateOf(event.after([codes(true, false), codes(true, true)])).stepUp).toEqual({
      high: true,
      blocked: true,
    })
  })

  it('that are configured as they are record nothing', () => {
    event.when(codes(false, false)).then([])
    event
      .after([codes(false, true)])
      .when(codes(false, true))
      .then([])
  })
})

describe.each([
  ['thresholds', thresholds(20, 50, 80)],
  ['a network', allow('203.0.113.0/24')],
  ['a network off the list', disallow('203.0.113.0/24')],
  ['codes', codes(true, true)],
] as const)('%s', (_, command) => {
  it('cannot be set for an event that there is not', () => {
    given(settingsDecider).when(command).then('not_found')
  })

  it('cannot be set once the event is archived', () => {
    event
      .after([allow('203.0.113.0/24'), { kind: 'archive' }])
      .when(command)
      .then('event_archived')
  })
})

describe('the security of an event', () => {
  it('leaves its details, their ETag and its status alone, and says when it changed', () => {
    const all = [thresholds(20, 50, 80), allow('203.0.113.0/24'), codes(true, true)]
    const { name, slug, status, changes, createdAt } = stateOf(event)
    const tuned = event.after(all, NOW + 1).after([disallow('203.0.113.0/24')], NOW + 2)
    expect(stateOf(tuned)).toMatchObject({ name, slug, status, changes, createdAt, updatedAt: NOW + 2 })
  })
})

describe('a network that is too wide to be an exception', () => {
  it.each(['0.0.0.0/0', '128.0.0.0/1', '0.0.0.0/7', '::/0', '2000::/15'])('%s is refused', (cidr) => {
    event.when(allow(cidr)).then('bad_cidr')
  })

  it.each(['10.0.0.0/8', '2001::/16'])('%s is taken', (cidr) => {
    event
      .when(allow(cidr))
      .then([
        { type: 'NetworkAllowed', data: { entryId: 'N1', hostId: 'HOST1' }, personal: { cidr, note: null } },
      ])
  })
})
