import type { NewFact } from '../src/events/registry.ts'
import { guestStream } from '../src/events/streams.ts'
import type { Log } from '../src/eventstore/log.ts'
import { commandIdOf } from '../src/kernel/ids.ts'
import { inParallel } from '../src/kernel/parallel.ts'
import { bandOf, DEFAULT_THRESHOLDS } from '../src/scoring/bands.ts'
import { aGuestId, anAttemptId, anEventId, guestSteps } from '../test/support/facts.ts'
import { seeded } from './simulation/random.ts'

/** Openings of one guest: a popular event, looked up again and again. */
export const OPENINGS_PER_GUEST = 50

/** One opening in so many is judged by the host. */
const JUDGED = 500

/** Guests whose histories are appended side by side. */
const SIDE_BY_SIDE = 64

/**
 * A scored opening, with its sealed part. The attempt before it is left out: it counts only where the score comes late,
 * and twice the facts would take twice the time to prepare.
 */
export function openingFacts(guest: number, attempt: number, score: number): NewFact[] {
  const band = bandOf(score, DEFAULT_THRESHOLDS)
  const { fact } = guestSteps(0, guest).scored(attempt, {
    score,
    band,
    decision: band === 'block' ? 'blocked' : 'allowed',
    subScores: { fingerprint_mismatch: 0, ip_change: 80, missing_signals: 70, repeated_access: 10 },
  })
  if (attempt % JUDGED !== 0) return [fact]
  const attemptId = anAttemptId(attempt)
  const verdict = score > 50 ? 'suspicious' : 'legitimate'
  const data = { attemptId, verdict, before: null, score, vouched: false } as const
  return [fact, { type: 'VerdictGiven', data, personal: { note: null } }]
}

/** Appends the history of one event with so many scored openings. @returns the facts appended */
export async function appendHistory(log: Log, openings: number): Promise<number> {
  const random = seeded(7)
  // Most openings look harmless, as they do.
  const scores = Array.from({ length: openings }, () => Math.floor(random.next() ** 3 * 101))
  const guests = [...Array(Math.ceil(openings / OPENINGS_PER_GUEST)).keys()]
  const appended = await inParallel(guests, SIDE_BY_SIDE, async (guest) => {
    const first = guest * OPENINGS_PER_GUEST
    const own = scores.slice(first, first + OPENINGS_PER_GUEST)
    const facts = own.flatMap((score, n) => openingFacts(guest, first + n, score))
    await append(log, guest, [guestSteps(0, guest).invited().fact, ...facts], 'history')
    return facts.length + 1
  })
  return appended.reduce((sum, count) => sum + count, 0)
}

/** @param what names the append: the same again is a retry */
export async function append(log: Log, guest: number, facts: readonly NewFact[], what: string) {
  const commandId = commandIdOf('bench', String(guest), what)
  const context = { commandId, actor: 'system:bench' as const, at: Date.now(), correlationId: commandId }
  return log.append(guestStream(anEventId(0), aGuestId(guest)), 'any', [{ facts, context }])
}
