import type { DoorHappened, NewDoorFact } from '../../events/door.ts'
import { unreachable } from '../../kernel/errors.ts'
import { HOUR, MINUTE } from '../../kernel/time.ts'
import type { Decider } from '../decider.ts'

/** Scans that lead to no guest, recorded in an hour. A gate sees a few; more is a test or an attack. */
export const MAX_REFUSED_SCANS = { ofTicket: 60, ofEvent: 300 } as const

/** How long a device that uses a ticket is not recorded again. */
export const SEEN_AGAIN_AFTER = 10 * MINUTE

/** Devices of one ticket that are recorded; a ticket is for one gate. */
export const MAX_DEVICES = 50

export interface DoorState {
  /** When each device was recorded last, in milliseconds, by `<ticket>/<device>`. Changed by the fold. */
  readonly devices: Map<string, number>
  readonly devicesOf: Map<string, number>
  /** Refused scans in the hour `hour` (hours since the epoch). Changed by the fold. */
  refused: RefusedScans
}

interface RefusedScans {
  readonly hour: number
  total: number
  readonly byTicket: Map<string, number>
  /** `<ticket>/<scan>`: the same text at the same gate is one refusal. */
  readonly scans: Set<string>
}

type ScanRefused = Extract<NewDoorFact, { type: 'ScanRefused' }>['data']

export type DoorCommand =
  /** `at` in milliseconds since the epoch. */
  | ({ readonly kind: 'refuse_scan'; readonly at: number } & Omit<ScanRefused, 'last'>)
  | { readonly kind: 'see_device'; readonly at: number; readonly ticketId: string; readonly deviceId: string }

const noneRefused = (hour: number): RefusedScans => ({
  hour,
  total: 0,
  byTicket: new Map(),
  scans: new Set(),
})

/** What happens at the door of an event and is about no guest. All of it bounded: a ticket is in many hands. */
export const doorDecider: Decider<DoorState, DoorCommand, NewDoorFact, DoorHappened> = {
  initialState: () => ({ devices: new Map(), devicesOf: new Map(), refused: noneRefused(0) }),

  evolve(state, { type, data, at }) {
    switch (type) {
      case 'ScannerDeviceSeen': {
        const { ticketId, deviceId } = data
        const key = `${ticketId}/${deviceId}`
        if (!state.devices.has(key)) state.devicesOf.set(ticketId, (state.devicesOf.get(ticketId) ?? 0) + 1)
        state.devices.set(key, at)
        return state
      }
      case 'ScanRefused': {
        const hour = Math.floor(at / HOUR)
        if (state.refused.hour !== hour) state.refused = noneRefused(hour)
        const { byTicket, scans } = state.refused
        state.refused.total += 1
        byTicket.set(data.ticketId, (byTicket.get(data.ticketId) ?? 0) + 1)
        scans.add(`${data.ticketId}/${data.scanId}`)
        return state
      }
      default:
        return unreachable(type)
    }
  },

  decide(command, state) {
    switch (command.kind) {
      case 'see_device':
        return seeDevice(state, command)
      case 'refuse_scan':
        return refuseScan(state, command)
      default:
        return unreachable(command)
    }
  },
}

function seeDevice(
  { devices, devicesOf }: DoorState,
  { ticketId, deviceId, at }: Extract<DoorCommand, { kind: 'see_device' }>,
): NewDoorFact[] {
  const last = devices.get(`${ticketId}/${deviceId}`)
  if (last === undefined && (devicesOf.get(ticketId) ?? 0) >= MAX_DEVICES) return []
  if (last !== undefined && at - last < SEEN_AGAIN_AFTER) return []
  return [{ type: 'ScannerDeviceSeen', data: { ticketId, deviceId } }]
}

function refuseScan(
  { refused }: DoorState,
  { kind: _kind, at, ...scan }: Extract<DoorCommand, { kind: 'refuse_scan' }>,
): NewDoorFact[] {
  const { total, byTicket, scans } = refused.hour === Math.floor(at / HOUR) ? refused : noneRefused(0)
  if (scans.has(`${scan.ticketId}/${scan.scanId}`)) return []
  const ofTicket = byTicket.get(scan.ticketId) ?? 0
  if (ofTicket >= MAX_REFUSED_SCANS.ofTicket || total >= MAX_REFUSED_SCANS.ofEvent) return []
  const last = ofTicket + 1 === MAX_REFUSED_SCANS.ofTicket || total + 1 === MAX_REFUSED_SCANS.ofEvent
  return [{ type: 'ScanRefused', data: { ...scan, last } }]
}
