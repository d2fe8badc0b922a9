import { SECOND } from '../kernel/time.ts'
import type { CommandRun } from './command.ts'

/** Facts a second and the time that is left, told every second on standard error. */
export class EventProgress {
  private readonly run: Pick<CommandRun, 'progress'>
  private readonly events: number
  private readonly started = performance.now()
  private told = 0
  private factsDone = 0
  private eventsDone = 0

  constructor(run: Pick<CommandRun, 'progress'>, events: number) {
    this.run = run
    this.events = events
  }

  facts(count: number): void {
    this.factsDone += count
    const now = performance.now()
    if (now - this.told < SECOND) return
    this.told = now
    const seconds = (now - this.started) / SECOND
    const left = this.eventsDone === 0 ? null : (seconds / this.eventsDone) * (this.events - this.eventsDone)
    const eta = left === null ? '' : `, about ${String(Math.ceil(left))} s left`
    this.run.progress(
      `${String(this.eventsDone)} of ${String(this.events)} events, ${String(Math.round(this.factsDone / seconds))} facts/s${eta}`,
    )
  }

  event(): void {
    this.eventsDone++
  }
}
