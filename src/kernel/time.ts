/** Durations in milliseconds; every other module names its limits with these. */
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Where "now" comes from. Deciders and scoring never read it: the time arrives with the command. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** For lengths of time: goes on evenly when the clock of the machine is set. Its readings mean nothing outside this process. */
export const steadyClock: { now(): number } = { now: () => performance.now() }
