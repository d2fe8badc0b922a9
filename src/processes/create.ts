import type { Openings } from '../commands/guest/opening.ts'
import type { Log as FactLog } from '../eventstore/log.ts'
import type { EventStore } from '../eventstore/port.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool } from '../postgres/pool.ts'
import { departureHandler, type DepartureOptions } from './departures.ts'
import { invitationGivenUpHandler, invitationHandler } from './invitations.ts'
import { createJobs, type JobAround, type Jobs, type JobsOptions, type QueueCounts } from './jobs.ts'
import { lateScoringHandler } from './late-scoring.ts'
import type { NotificationOptions } from './notifications.ts'
import { passwordResetHandler } from './password-reset.ts'
import { processManagers } from './reactions.ts'
import { replyHandler } from './replies.ts'
import { stepUpCodeHandler } from './step-up-codes.ts'
import { createRunner, type RunnerStatus } from './runner.ts'
import { undecodableHandler } from './undecodable.ts'

export interface ProcessesOptions extends NotificationOptions {
  readonly store: Pick<EventStore, 'readStream' | 'subscribe'>
  readonly factLog: Pick<FactLog, 'decode'>
  /** Of the database that holds checkpoints and jobs; `processMigrations` are applied to it before. */
  readonly pool: Pool
  readonly databaseUrl: string
  readonly openings: Pick<Openings, 'scoreLate'>
  readonly vault: DepartureOptions['vault']
  readonly log: Log
  /** Stands around each try of a job. */
  readonly around?: JobAround
  /** Intervals of the job queue; tests shorten them. */
  readonly intervals?: Pick<JobsOptions, 'pollSeconds' | 'pollSecondsWithoutListen' | 'superviseSeconds'>
}

export interface ProcessesStatus extends RunnerStatus {
  readonly queues: readonly QueueCounts[]
}

/** Everything that follows from facts without anybody asking: mails, late scores, seats given back. */
export interface Processes {
  /** Begins to work on jobs, and to read the log once no other process does. */
  start(): Promise<void>
  /** Finishes the batch and the jobs under way (20 s at most). What is left goes on in another process or later. */
  stop(): Promise<void>
  status(): Promise<ProcessesStatus>
  /** Gives jobs that were given up another round of tries. @returns how many */
  redrive(): Promise<number>
}

export function createProcesses(options: ProcessesOptions): Processes {
  const { databaseUrl, log, around, intervals = {} } = options
  const jobs = createJobs({ databaseUrl, log, ...(around === undefined ? {} : { around }), ...intervals })
  const runner = createRunner({ ...options, jobs, managers: processManagers })
  return {
    async start() {
      await jobs.start()
      await workOnAll(jobs, options)
      runner.start()
    },
    async stop() {
      await runner.stop()
      await jobs.stop()
    },
    async status() {
      return { ...runner.status(), queues: await jobs.counts() }
    },
    redrive: () => jobs.redrive(),
  }
}

async function workOnAll(jobs: Jobs, options: ProcessesOptions): Promise<void> {
  await jobs.work('invitation', invitationHandler(options))
  await jobs.work('invitation-given-up', invitationGivenUpHandler(options))
  await jobs.work('reply', replyHandler(options))
  await jobs.work('password-reset', passwordResetHandler(options))
  await jobs.work('step-up-code', stepUpCodeHandler(options))
  await jobs.work('late-scoring', lateScoringHandler(options))
  await jobs.work('departure', departureHandler(options))
  await jobs.work('undecodable-fact', undecodableHandler({ ...options, jobs, managers: processManagers }))
}
