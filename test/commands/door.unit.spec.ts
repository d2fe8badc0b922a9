import { describe, expect, it } from 'vitest'
import {
  doorDecider,
  MAX_DEVICES,
  MAX_REFUSED_SCANS,
  SEEN_AGAIN_AFTER,
  type DoorCommand,
} from '../../src/commands/door/decider.ts'
import { HOUR } from '../../src/kernel/time.ts'
import { given, NOW } from '../support/decider-spec.ts'

const door = given(doorDecider)

const refuse = (scanId: string, change: { ticketId?: string; at?: number } = {}) =>
  ({
    kind: 'refuse_scan',
    at: NOW,
    reason: 'pass_forged',
    gate: 'north',
    ticketId: 't1',
    deviceId: 'phone-1',
    scanId,
    scannedAt: '2026-06-01T18:00:00Z',
    offline: false,
    ...change,
  }) satisfies DoorCommand

const recorded = (scanId: string, change: { ticketId?: string; last?: boolean } = {}) =>
  ({
    type: 'ScanRefused',
    data: {
      reason: 'pass_forged',
      gate: 'north',
      ticketId: 't1',
      deviceId: 'phone-1',
      scanId,
      scannedAt: '2026-06-01T18:00:00Z',
      offline: false,
      last: false,
      ...change,
    },
  }) as const

const many = (count: number, ticketId = 't1') =>
  Array.from({ length: count }, (_, n) => refuse(`${ticketId} ${String(n)}`, { ticketId }))

describe('a scan that leads to no guest', () => {
  it('is recorded once in an hour at a gate, and at another gate again', () => {
    door.when(refuse('a')).then([recorded('a')])
    const once = door.after([refuse('a')])
    once.when(refuse('a')).then([])
    once.when(refuse('a', { ticketId: 't2' })).then([recorded('a', { ticketId: 't2' })])
    once.when(refuse('a', { at: NOW + HOUR })).then([recorded('a')])
  })

  it('is recorded so often for a ticket in an hour; the last says that there may be more', () => {
    const nearly = door.after(many(MAX_REFUSED_SCANS.ofTicket - 1))
    nearly.when(refuse('x')).then([recorded('x', { last: true })])
    const full = nearly.after([refuse('x')])
    full.when(refuse('y')).then([])
    full.when(refuse('y', { ticketId: 't2' })).then([recorded('y', { ticketId: 't2' })])
    full.when(refuse('y', { at: NOW + HOUR })).then([recorded('y')])
  })

  it('is recorded so often for the event, however many tickets there are', () => {
    const tickets = Array.from({ length: 10 }, (_, n) => `t${String(n)}`)
    const share = MAX_REFUSED_SCANS.ofEvent / tickets.length
    const full = door.after(tickets.flatMap((ticketId) => many(share, ticketId)))
    expect(full.state.refused.total).toBe(MAX_REFUSED_SCANS.ofEvent)
    full.when(refuse('y', { ticketId: 't99' })).then([])
  })
})

describe('a device', () => {
  const see = (deviceId: string, at = NOW) =>
    ({ kind: 'see_device', at, ticketId: 't1', deviceId }) satisfies DoorCommand
  const seen = (deviceId: string) =>
    ({ type: 'ScannerDeviceSeen', data: { ticketId: 't1', deviceId } }) as const

  it('is recorded when it first uses a ticket, and again after some time', () => {
    door.when(see('a')).then([seen('a')])
    const once = door.after([see('a')])
    once.when(see('a', NOW + SEEN_AGAIN_AFTER - 1)).then([])
    once.when(see('a', NOW + SEEN_AGAIN_AFTER)).then([seen('a')])
    once.when(see('b')).then([seen('b')])
  })

  it('is one of so many: whoever makes up names of devices fills no log', () => {
    const full = door.after(Array.from({ length: MAX_DEVICES }, (_, n) => see(String(n))))
    full.when(see('one more')).then([])
    full.when(see('0', NOW + SEEN_AGAIN_AFTER)).then([seen('0')])
  })
})
