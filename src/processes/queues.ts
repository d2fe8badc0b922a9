import { z } from 'zod'
import { DAY } from '../kernel/time.ts'

/**
 * Milliseconds that a finished job is remembered. Its id is what stops the same fact from making it again, so this has
 * to be longer than any mail is young enough to be made (`REPLY_MAX_AGE`).
 */
export const JOB_MEMORY = 14 * DAY

/**
 * What is to be done, and how often it is tried. Payloads hold ids only: they lie in the database in clear, and the
 * worker reads names and addresses from the log at the moment it needs them.
 */
export interface QueueSpec {
  readonly data: z.ZodType
  /** Tries after the first, so that all of them fail before a job becomes a dead letter. */
  readonly retries: number
  /** Seconds before the first retry; doubles each time, half of it random, so that retries spread out. */
  readonly firstDelay: number
  /** Seconds between two tries at most. */
  readonly longestDelay: number
  /** Seconds for one try. */
  readonly timeout: number
  /** Jobs of this queue that one process does at the same time. */
  readonly concurrency: number
  /** Where a job goes when it is given up; `null` for a queue that takes such jobs. */
  readonly deadLetter: string | null
}

/** Of the fact that a job follows from. */
const cause = { factId: z.string(), correlationId: z.string() }
const ofGuest = { ...cause, eventId: z.string(), guestId: z.string() }

const invitation = z.strictObject({ ...ofGuest, messageId: z.string() })

/** Mail servers that greylist ask to come back after 5 to 15 minutes; eleven tries spread over about 2 hours. */
const MAIL = { retries: 10, firstDelay: 10, longestDelay: 1_800, timeout: 300, concurrency: 4 }

/** Jobs that nobody reads until ops looks: kept, counted, and put back with `redrive`. */
export const DEAD_LETTERS = 'dead-letters'

export const queues = {
  [DEAD_LETTERS]: { ...MAIL, data: z.looseObject({}), deadLetter: null },
  /** Invitations that could not be sent in any try: the host is told. */
  'invitation-given-up': { ...MAIL, data: invitation, deadLetter: null },
  invitation: { ...MAIL, data: invitation, deadLetter: 'invitation-given-up' },
  reply: {
    ...MAIL,
    data: z.strictObject({
      ...ofGuest,
      /** What the mail would say; it is not sent when the guest has answered otherwise since. */
      status: z.enum(['confirmed', 'waitlisted', 'declined', 'maybe']),
      partySize: z.int(),
      promoted: z.boolean(),
      /** When the guest got it, in milliseconds; not in jobs that were made before this was told. */
      at: z.int().optional(),
    }),
    deadLetter: DEAD_LETTERS,
  },
  'password-reset': {
    ...MAIL,
    // Somebody waits in front of the screen, and the link dies within the hour.
    retries: 6,
    firstDelay: 5,
    longestDelay: 300,
    data: z.strictObject({ ...cause, hostId: z.string(), requestId: z.string() }),
    deadLetter: DEAD_LETTERS,
  },
  'step-up-code': {
    ...MAIL,
    // Somebody waits in front of the screen, and the code dies within ten minutes.
    retries: 4,
    firstDelay: 3,
    longestDelay: 60,
    data: z.strictObject({ ...ofGuest, attemptId: z.string(), challengeId: z.string() }),
    deadLetter: DEAD_LETTERS,
  },
  'late-scoring': {
    data: z.strictObject({ ...ofGuest, attemptId: z.string() }),
    retries: 8,
    firstDelay: 2,
    longestDelay: 600,
    timeout: 60,
    concurrency: 4,
    deadLetter: DEAD_LETTERS,
  },
  departure: {
    data: z.strictObject({ ...ofGuest, forgotten: z.boolean() }),
    retries: 20,
    firstDelay: 1,
    longestDelay: 600,
    timeout: 60,
    concurrency: 4,
    deadLetter: DEAD_LETTERS,
  },
  /** Facts that could not be read: a newer release may have written them, and reads them when it is rolled out. */
  'undecodable-fact': {
    data: z.strictObject({ stream: z.string(), revision: z.int(), factId: z.string() }),
    retries: 20,
    firstDelay: 10,
    longestDelay: 3_600,
    timeout: 60,
    concurrency: 1,
    deadLetter: DEAD_LETTERS,
  },
} as const satisfies Record<string, QueueSpec>

export type QueueName = keyof typeof queues
export type JobData<Q extends QueueName> = z.output<(typeof queues)[Q]['data']>

/** A job to be put into a queue. Its id is derived from the fact it follows from: put in twice, it is there once. */
export type JobRequest = {
  [Q in QueueName]: { readonly queue: Q; readonly id: string; readonly data: JobData<Q> }
}[QueueName]
