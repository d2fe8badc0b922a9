import type { Admission } from './door.ts'
import { keyOfSubject, type Scan, type Subject } from './scan.ts'

/** An arrival that was sent and of which nobody knows whether it was recorded. */
export interface UnrecordedArrival {
  readonly scan: Scan
  readonly count: number
  readonly name: string | null
  /** Sends it again. */
  readonly send: () => Promise<Admission>
}

/** Whether it is of somebody who is on no list. */
export const isWalkIn = ({ subject, nonce }: Scan): boolean =>
  'guestId' in subject && subject.guestId === nonce

/**
 * The scans of this device. A scan whose arrival was sent without an answer keeps its nonce, its time and its count
 * until the server has answered, however often the code is read in between: sent again it is the same arrival.
 */
export class Scans {
  readonly #makeNonce: () => string
  readonly #unrecorded = new Map<string, UnrecordedArrival>()

  /** @param makeNonce gives a new unique nonce */
  constructor(makeNonce: () => string) {
    this.#makeNonce = makeNonce
  }

  /** @param now milliseconds since the epoch */
  read(subject: Subject, now: number): Scan {
    const open = this.unrecordedOf(subject)
    return open?.scan ?? { subject, nonce: this.#makeNonce(), scannedAt: new Date(now).toISOString() }
  }

  /** Of somebody who is on no list: the nonce stands for them, see `isWalkIn`. */
  walkIn(now: number): Scan {
    const nonce = this.#makeNonce()
    return { subject: { guestId: nonce }, nonce, scannedAt: new Date(now).toISOString() }
  }

  unrecordedOf(subject: Subject): UnrecordedArrival | null {
    return this.#unrecorded.get(keyOfSubject(subject)) ?? null
  }

  lost(arrival: UnrecordedArrival): void {
    this.#unrecorded.set(keyOfSubject(arrival.scan.subject), arrival)
  }

  answered({ subject }: Scan): void {
    this.#unrecorded.delete(keyOfSubject(subject))
  }

  get unrecorded(): readonly UnrecordedArrival[] {
    return [...this.#unrecorded.values()]
  }
}

/** A code that is held before the reader is read several times a second; within this it is the same reading. */
export const SAME_READING_MS = 3_000

/** Remembers what each thing that was read came to, for as long as it stays in sight. */
export class Readings<T> {
  readonly #known = new Map<string, { seenAt: number; outcome: T }>()

  keep(subject: Subject, outcome: T, now: number): void {
    this.#known.set(keyOfSubject(subject), { seenAt: now, outcome })
  }

  /** Something was decided anew: what is read next is looked up again. */
  forget(): void {
    this.#known.clear()
  }

  /** What was read has come to something else meanwhile. */
  renew(change: (outcome: T) => T): void {
    for (const reading of this.#known.values()) reading.outcome = change(reading.outcome)
  }

  /**
   * @returns what the same code came to when it was read less than 3 s ago, null for a new one. A code that stays before the
   *   camera stays the same reading: only 3 s without it make it a new one.
   */
  again(subject: Subject, now: number): T | null {
    for (const [key, { seenAt }] of this.#known) {
      if (now - seenAt >= SAME_READING_MS) this.#known.delete(key)
    }
    const known = this.#known.get(keyOfSubject(subject))
    if (known === undefined) return null
    known.seenAt = now
    return known.outcome
  }
}
