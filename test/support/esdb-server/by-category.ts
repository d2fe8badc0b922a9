import type { LogRecord, ServerLog } from './server-log.ts'

/** Facts between two checkpoints of the projection; a real one writes one after 4,000. */
const CHECKPOINT_EVERY = 25

/**
 * The system projection `$by_category`: writes a link to each fact into `$ce-<category>`, some time after the fact. Tests
 * stop it, keep it back, and forbid to ask about it.
 */
export class ByCategory {
  status: 'Running' | 'Stopped' = 'Running'
  /** Those who ask for it or want to start it are refused. */
  forbidden = false
  /** The server has no projections at all. */
  missing = false
  /** Position up to which facts were read, and up to which all links are written; both told with the statistics. */
  position = -1n
  checkpoint = -1n
  #held = false
  #handled = 0
  readonly #log: ServerLog
  #waiting: LogRecord[] = []
  #scheduled = false

  constructor(log: ServerLog) {
    this.#log = log
  }

  /** Told of every fact. */
  see(record: LogRecord): void {
    if (record.stream.indexOf('-') <= 0) return
    this.position = record.position
    this.#waiting.push(record)
    this.#schedule()
  }

  /** Stays behind until `release`, as on a busy server. */
  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.#schedule()
  }

  enable(): void {
    this.status = 'Running'
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || this.#held || this.status !== 'Running' || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#work()
    })
  }

  #work(): void {
    if (this.#held || this.status !== 'Running') return
    const facts = this.#waiting
    this.#waiting = []
    for (const fact of facts) {
      this.#log.link(fact.stream.slice(0, fact.stream.indexOf('-')), fact)
      this.#handled += 1
      if (this.#handled % CHECKPOINT_EVERY === 0) this.checkpoint = fact.position
    }
  }
}
