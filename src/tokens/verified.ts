import { LRUCache } from 'lru-cache'
import { MINUTE } from '../kernel/time.ts'
import type { KeyRing } from '../vault/key-ring.ts'
import { verifyToken, type Verified } from './jwt.ts'
import { readPass, type PassReading } from './signed-pass.ts'

/**
 * How long a signature that was right is not checked again, in milliseconds. A phone sends its ticket with every scan, and
 * a pass is shown twice at least: checking both each time took a quarter of the time of a scan (`npm run bench -- door`
 * under `--cpu-prof`). A master key that is taken away ends what it made after that time at the latest.
 */
const REMEMBERED = MINUTE

/** A ticket a phone: more than any installation has at a time. About 1 kB each. */
const TICKETS = 2_000

/** The guests of a large event. About 0.5 kB each. */
const PASSES = 20_000

/** What is checked at the door, many times over. */
export interface DoorChecks {
  /** @param now milliseconds since the epoch. @returns null as `verifyToken` */
  ticket(token: string, now: number): Promise<Verified<'scanner'> | null>
  /** As `readPass`. */
  pass(scanned: string, eventId: string): PassReading
}

/**
 * Remembers signatures that were right; wrong ones are checked each time. Neither says that a ticket or a pass is good
 * now: revocations, and the time of a pass, are looked at by the caller.
 */
export function doorChecks(ring: KeyRing): DoorChecks {
  const tickets = new LRUCache<string, Verified<'scanner'>>({ max: TICKETS, ttl: REMEMBERED })
  const passes = new LRUCache<string, PassReading>({ max: PASSES, ttl: REMEMBERED })
  return {
    async ticket(token, now) {
      const known = tickets.get(token)
      if (known !== undefined && known.expiresAt > now) return known
      const claims = await verifyToken(ring, 'scanner', token, now)
      if (claims !== null) tickets.set(token, claims)
      return claims
    },
    pass(scanned, eventId) {
      const key = `${eventId} ${scanned}`
      const known = passes.get(key)
      if (known !== undefined) return known
      const reading = readPass(ring, scanned, eventId)
      if (reading.kind === 'genuine') passes.set(key, reading)
      return reading
    },
  }
}
