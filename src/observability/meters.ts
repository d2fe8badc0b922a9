import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** Seconds: an opening takes 2 to 20 ms, and a guest notices from about a quarter of a second on. */
const OPENING = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const APPEND = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const HTTP = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const JOB = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120]

/** Of the process, not of one product in it: measured once, however many products a test starts. */
let ofProcess: Registry | undefined

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

/**
 * Everything that is counted, with the words that Prometheus shows. Labels take few values that are known beforehand:
 * no ids, no addresses, nothing that a visitor chose.
 */
export class Meters {
  readonly #registry = new Registry()
  readonly #registers = [this.#registry]

  readonly openings = this.#counter('openings_total', 'Openings of links that were decided', [
    'band',
    'decision',
  ])
  readonly openingSeconds = this.#histogram(
    'opening_duration_seconds',
    'From the tap of a guest to the recorded verdict: place, score and append',
    OPENING,
  )
  readonly overruns = this.#counter(
    'scoring_budget_overruns_total',
    'Openings that went on unscored because their place was not known in time',
  )
  readonly lateScores = this.#counter('late_scores_total', 'Openings scored after the fact')
  readonly geoLookups = this.#counter('geo_lookups_total', 'Lookups of the place of an address', ['outcome'])

  readonly appends = this.#counter('appends_total', 'Appends to the event store', ['outcome'])
  readonly appendSeconds = this.#histogram(
    'append_duration_seconds',
    'Time until the event store had made an append durable',
    APPEND,
  )
  readonly facts = this.#counter('facts_appended_total', 'Facts recorded, by type', ['type'])

  readonly httpRequests = this.#counter('http_requests_total', 'Requests answered', [
    'method',
    'route',
    'status',
  ])
  readonly httpSeconds = this.#histogram('http_request_duration_seconds', 'Time to answer a request', HTTP, [
    'method',
    'route',
  ])
  readonly liveClients = this.#gauge('websocket_clients', 'Open live feeds')

  readonly messages = this.#counter('messages_total', 'Mails and text messages handed over, or not taken', [
    'channel',
    'outcome',
  ])
  readonly jobRuns = this.#counter('job_runs_total', 'Tries of jobs', ['queue', 'outcome'])
  readonly jobSeconds = this.#histogram('job_duration_seconds', 'Time of one try of a job', JOB, ['queue'])
  readonly jobs = this.#gauge('jobs', 'Jobs: queued (waiting), active, failed (given up)', ['queue', 'state'])
  readonly deadJobs = this.#gauge('jobs_dead', 'Dead letters: jobs that nobody tries again until ops does')
  readonly processHolder = this.#gauge(
    'processes_holder',
    '1 where the process managers read the log: exactly one process of an installation',
  )
  readonly processCaughtUp = this.#gauge(
    'processes_caught_up',
    '1 once the process managers have reached the live end of the log; only in their process',
  )

  readonly lagFacts = this.#gauge('projection_lag_facts', 'Facts a read model has not taken in', [
    'projection',
  ])
  readonly lagSeconds = this.#gauge(
    'projection_lag_seconds',
    'Age of the oldest fact a read model has not taken in',
    ['projection'],
  )
  readonly factRate = this.#gauge(
    'projection_facts_per_second',
    'Facts applied in the last 10 s; 0 where another process writes the projection',
    ['projection'],
  )
  readonly rebuildRate = this.#gauge(
    'projection_rebuild_facts_per_second',
    'Facts applied by a rebuild under way in this process',
    ['projection'],
  )
  readonly writer = this.#gauge('projection_writer', '1 where this process writes the projection', [
    'projection',
  ])
  readonly active = this.#gauge(
    'projection_active',
    '0 while a read model was never built or its build failed',
    ['projection'],
  )
  readonly parked = this.#gauge(
    'projection_dead_letters',
    'Facts that a read model could not apply, and those that wait behind them',
    ['projection'],
  )

  readonly scrapeFailures = this.#counter(
    'scrape_failures_total',
    'Parts that could not be asked for a scrape; their gauges are left out of it',
    ['part'],
  )
  readonly buildInfo = this.#gauge('build_info', 'Always 1: what runs here', [
    'version',
    'node',
    'role',
    'store',
  ])

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE

  /** @returns everything in the text format of Prometheus */
  async expose(): Promise<string> {
    const texts = await Promise.all([this.#registry.metrics(), processRegistry().metrics()])
    return texts.join('\n')
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `guestguard_${name}`, help, labelNames, registers: this.#registers })
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name: `guestguard_${name}`, help, labelNames, registers: this.#registers })
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram({
      name: `guestguard_${name}`,
      help,
      buckets,
      labelNames,
      registers: this.#registers,
    })
  }
}
