import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import type { CheckInPreview } from '@contracts/door.ts'
import type { Door } from '../../../web/src/door/door.ts'
import { Scanner, type ScannerOptions } from '../../../web/src/door/offline/scanner.ts'
import type { Scan, Subject } from '../../../web/src/door/scan.ts'
import { DEVICE, EVENT_ID, makeTicket, NOON } from './event-at-the-door.ts'

/** The browser keeps nothing yet: a device that was never used. */
export function emptyStorage(): void {
  globalThis.indexedDB = new IDBFactory()
}

/** The page is loaded at the north gate, at noon, with a ticket. What the device kept before it still has. */
export function openScanner(change: Partial<ScannerOptions> = {}): Promise<Scanner> {
  const { token, ticketId } = makeTicket()
  return Scanner.open({
    ticket: token,
    face: { ticketId, eventId: EVENT_ID, gate: 'North gate', expiresAt: null },
    deviceId: DEVICE,
    online: true,
    now: () => NOON,
    serverNow: () => NOON,
    changed: () => undefined,
    refused: () => undefined,
    ...change,
  })
}

let scans = 0

/** @returns a scan at noon with a nonce that no other scan has */
export function scanOf(subject: Subject): Scan {
  scans += 1
  const nonce = `nonce-${String(scans).padStart(4, '0')}`
  return { subject, nonce, scannedAt: new Date(NOON).toISOString() }
}

/**
 * Looks up at a door whom a scan leads to.
 * @throws Error when it leads to no guest
 */
export async function found(door: Door, scan: Scan): Promise<CheckInPreview> {
  const finding = await door.find(scan)
  if (finding.kind !== 'guest') throw new Error(`led to ${finding.reason}`)
  return finding.preview
}
