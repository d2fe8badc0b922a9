import type { Thresholds } from '../../scoring/bands.ts'
import type { Allowlist } from './allowlist.ts'

export interface EventDetails {
  readonly name: string
  readonly slug: string
  /** ISO 8601, UTC. */
  readonly eventDate: string
  readonly timezone: string
  readonly venue: string | null
}

export type EventStatus = 'draft' | 'published' | 'closed' | 'archived'

export type SettingsState =
  | { readonly kind: 'missing' }
  | ({
      readonly kind: 'configured'
      readonly ownerId: string
      readonly status: EventStatus
      readonly thresholds: Thresholds
      /** How often the thresholds changed; 0 are the defaults. */
      readonly thresholdsVersion: number
      readonly allowlist: Allowlist
      readonly stepUp: StepUp
      /** Links for door staff, by their id, also those that are over. */
      readonly tickets: ReadonlyMap<string, ScannerTicket>
      /** Whether the door may add guests. */
      readonly walkIns: boolean
      /** How often the details changed: the ETag of the event and the SEQUENCE of its calendar file. */
      readonly changes: number
      readonly createdAt: number
      readonly updatedAt: number
    } & EventDetails)

export type ConfiguredEvent = Extract<SettingsState, { kind: 'configured' }>

/** Whether a code sent to the address on file is asked for in the high band, and offered to who is blocked. */
export interface StepUp {
  readonly high: boolean
  readonly blocked: boolean
}

export interface ScannerTicket {
  readonly gate: string
  /** Milliseconds since the epoch, as all times here. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly revoked: boolean
}
