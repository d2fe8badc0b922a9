import { DAY } from '../kernel/time.ts'

/** How long ago a device can say that something was: past it, its clock is wrong rather than its network. */
const LATEST_UPLOAD = 3 * DAY

interface AtTheDoor {
  /** When it was recorded, milliseconds since the epoch. */
  readonly at: number
  readonly data: { readonly offline: boolean; readonly scannedAt: string }
}

/**
 * When something happened at the door: what the server saw itself, else what the device says, as long as that is over.
 * @returns milliseconds since the epoch
 */
export function happenedAt({ at, data: { offline, scannedAt } }: AtTheDoor): number {
  return offline ? Math.min(at, Math.max(at - LATEST_UPLOAD, Date.parse(scannedAt))) : at
}
