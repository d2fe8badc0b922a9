import { MINUTE, SECOND } from '../kernel/time.ts'
import { numberText } from './table.ts'

/** How far a piece of work is. */
export interface Advance {
  readonly label: string
  readonly done: number
  /** Zero when it is not known. */
  readonly total: number
  /** Of `done`, each second; null while it is not known. */
  readonly perSecond: number | null
  readonly etaSeconds: number | null
}

/** Where a meter writes: standard error. */
export interface MeterOutput {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** How often the bar moves, and how often a line is written where there is no terminal, in milliseconds. */
const BAR_INTERVAL = SECOND / 10
const LINE_INTERVAL = 2 * SECOND

const BAR_WIDTH = 24

/** A bar that moves on a terminal, a line now and then elsewhere. */
export class Meter {
  readonly #output: MeterOutput
  readonly #now: () => number
  #shownAt: number
  #drawn = false
  #finished = false

  /** @param now milliseconds; tests pass their own */
  constructor(output: MeterOutput, now: () => number = () => performance.now()) {
    this.#output = output
    this.#now = now
    // What is over before the first line is due needs only its last one.
    this.#shownAt = output.isTTY === true ? -Infinity : now()
  }

  show(advance: Advance): void {
    const bar = this.#output.isTTY === true
    const finished = advance.total > 0 && advance.done >= advance.total
    const due = this.#now() - this.#shownAt >= (bar ? BAR_INTERVAL : LINE_INTERVAL)
    if (finished ? this.#finished : !due) return
    this.#finished = finished
    this.#shownAt = this.#now()
    if (!bar) {
      this.#output.write(`${textOf(advance)}\n`)
      return
    }
    const drawing = advance.total === 0 ? [] : [barOf(advance)]
    const line = [advance.label, ...drawing, figuresOf(advance)].join('  ')
    this.#output.write(`\r\u001b[2K${line.slice(0, (this.#output.columns ?? 80) - 1)}`)
    this.#drawn = true
  }

  /** Takes the bar away, before something else is written. */
  clear(): void {
    if (this.#drawn) this.#output.write('\r\u001b[2K')
    this.#drawn = false
  }
}

const shareOf = ({ done, total }: Advance): number => (total === 0 ? 0 : Math.min(1, done / total))

function barOf(advance: Advance): string {
  const full = Math.round(shareOf(advance) * BAR_WIDTH)
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_WIDTH - full)}]`
}

const textOf = (advance: Advance) => `${advance.label}: ${figuresOf(advance)}`

function figuresOf(advance: Advance): string {
  const { done, total, perSecond, etaSeconds } = advance
  const far =
    total === 0
      ? [numberText(done)]
      : [`${String(Math.floor(shareOf(advance) * 100))} %`, `${numberText(done)} of ${numberText(total)}`]
  const parts = [
    ...far,
    ...(perSecond === null ? [] : [`${numberText(Math.round(perSecond))}/s`]),
    ...(etaSeconds === null ? [] : [`${durationText(etaSeconds)} left`]),
  ]
  return parts.join(', ')
}

/** @param seconds of a duration, told to the second below two minutes and to the minute above */
export function durationText(seconds: number): string {
  const minute = MINUTE / SECOND
  if (seconds < 2 * minute) return `${String(Math.ceil(seconds))} s`
  if (seconds < 120 * minute) return `${String(Math.round(seconds / minute))} min`
  return `${(seconds / minute / 60).toFixed(1)} h`
}
