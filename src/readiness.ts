import type { EventStore, Position } from './eventstore/port.ts'
import type { Readiness } from './http/deps.ts'
import { SECOND } from './kernel/time.ts'
import { within, type Pool } from './postgres/pool.ts'
import type { ProjectionStatus } from './projections/status.ts'

/** How long a read model may stand still while facts wait for it, in milliseconds. */
const STUCK_AFTER = 30 * SECOND

/** How often a look is taken by itself: whoever asks for the first time in days has to be told the truth. */
const LOOK_EVERY = 10 * SECOND

/** What is looked at of a read model. */
export type Standing = Pick<ProjectionStatus, 'name' | 'state' | 'checkpoint' | 'lag' | 'deadLetters'>

export interface ReadinessOptions {
  readonly pool: Pick<Pool, 'query'>
  readonly store: Pick<EventStore, 'head'>
  readonly projections: { status(): Promise<readonly Standing[]> }
  /** In milliseconds, default 30 s. */
  readonly stuckAfter?: number | undefined
  /** Monotonic milliseconds; tests pass their own. */
  readonly now?: () => number
}

/** How long a part may take to answer, in milliseconds: less than whoever asks waits for the whole. */
const PATIENCE = 3 * SECOND

export interface ReadinessCheck {
  /** Asks everything that the product stands on. Never throws: what fails is a check that is not ok. */
  look(): Promise<Readiness>
  stop(): Promise<void>
}

/**
 * Whether the product can do its work. A read model that is behind but moves is ready: it catches up, and answers say
 * that they are stale. One that stands still while facts wait for it is not, and says so until it moves.
 */
export function watchReadiness(options: ReadinessOptions): ReadinessCheck {
  const { pool, store, projections, stuckAfter = STUCK_AFTER, now = () => performance.now() } = options
  const watch = new StandstillWatch(stuckAfter, now)
  const readModels = shared(async (): Promise<string> => {
    const all = await projections.status()
    const still = watch.look(all)
    const sick = all.flatMap((status) => complaintOf(status, still.get(status.name)))
    if (sick.length > 0) throw new Error(sick.join('; '))
    return summaryOf(all)
  })
  const database = shared(async () => {
    await pool.query(within(PATIENCE, { text: 'SELECT 1' }))
    return 'answers'
  })
  const eventStore = shared(async () => `head at ${String(await store.head())}`)
  const timer = setInterval(() => {
    // Not reached is seen, and told, when somebody asks.
    readModels().catch(() => undefined)
  }, LOOK_EVERY)
  timer.unref()
  return {
    async look() {
      const [a, b, c] = await Promise.all([check(database), check(eventStore), check(readModels)])
      const checks = { database: a, eventStore: b, projections: c }
      return { ok: Object.values(checks).every(({ ok }) => ok), checks }
    },
    stop() {
      clearInterval(timer)
      return Promise.resolve()
    },
  }
}

/** A part that hangs is as bad as one that fails, and must not make the question hang as well. */
async function check(look: () => Promise<string>): Promise<{ ok: boolean; detail: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, PATIENCE, new Error(`did not answer within ${inSeconds(PATIENCE)} s`))
  })
  try {
    return { ok: true, detail: await Promise.race([look(), late]) }
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

/** Those who ask while a question is open wait for its answer: what hangs must not gather questions. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let open: Promise<T> | null = null
  return () => {
    open ??= ask().finally(() => {
      open = null
    })
    return open
  }
}

/** Since when each read model stands still while facts wait for it. */
class StandstillWatch {
  readonly #stuckAfter: number
  readonly #now: () => number
  readonly #seen = new Map<string, { readonly checkpoint: Position; readonly since: number }>()

  constructor(stuckAfter: number, now: () => number) {
    this.#stuckAfter = stuckAfter
    this.#now = now
  }

  /** @returns for how long those are stuck that are, in milliseconds */
  look(all: readonly Standing[]): ReadonlyMap<string, number> {
    const now = this.#now()
    const stuck = new Map<string, number>()
    for (const { name, checkpoint, lag } of all) {
      const seen = this.#seen.get(name)
      if (seen?.checkpoint !== checkpoint || lag.facts === 0) {
        this.#seen.set(name, { checkpoint, since: now })
      } else if (now - seen.since >= this.#stuckAfter) {
        stuck.set(name, now - seen.since)
      }
    }
    return stuck
  }
}

const inSeconds = (ms: number): string => String(Math.round(ms / SECOND))

function complaintOf({ name, state, lag }: Standing, stuckFor: number | undefined): string[] {
  if (state !== 'active') return [`${name} is ${state}`]
  if (stuckFor === undefined) return []
  return [`${name} has not moved for ${inSeconds(stuckFor)} s while ${String(lag.facts)} facts wait`]
}

function summaryOf(all: readonly Standing[]): string {
  const [last] = all.filter(({ lag }) => lag.facts > 0).toSorted((a, b) => b.lag.seconds - a.lag.seconds)
  const parked = all.reduce((sum, { deadLetters }) => sum + deadLetters.facts, 0)
  // A second behind is what every read model is while something happens.
  const current =
    last === undefined || last.lag.seconds < 1
      ? 'up to date'
      : `${last.name} is catching up, ${String(last.lag.facts)} facts and ${inSeconds(last.lag.seconds * SECOND)} s behind`
  return parked === 0 ? current : `${current}, ${String(parked)} facts parked as dead letters`
}
