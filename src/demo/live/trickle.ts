import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/time.ts'
import type { Log } from '../../postgres/log.ts'
import type { Company } from './company.ts'
import { pauseAfter } from './pace.ts'
import { liveScenes } from './scenes.ts'

export interface Trickle {
  /** Finishes the scene under way. */
  stop(): Promise<void>
}

/** Plays something plausible every few seconds, by the guests of the story, until it is stopped or they are through. */
export function startTrickle(company: Company, clock: Clock, log: Log): Trickle {
  const stopping = new AbortController()
  const running = run(company, clock, log, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function run(company: Company, clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
  for (let played = 0; ; played++) {
    const pause = pauseAfter(played, company.dice)
    if (pause === null) return
    const goesOn = await sleep(pause, true, { signal }).catch(() => false)
    if (!goesOn) return
    try {
      await playNext(company, clock.now())
    } catch (error) {
      // Whoever tries the demo may close the event or replace a link in the middle of a scene.
      if (error instanceof DomainError) log.debug({ error: error.message }, 'a scene was cut short')
      else log.warn({ error: String(error) }, 'a scene failed')
    }
  }
}

/**
 * Plays what is due, else one of the scenes for which there is somebody left.
 * @param now milliseconds since the epoch
 * @returns whether anything happened
 */
export async function playNext(company: Company, now: number): Promise<boolean> {
  const due = company.followUps.findIndex((followUp) => followUp.due <= now)
  if (due >= 0) {
    const [followUp] = company.followUps.splice(due, 1)
    await followUp?.play(now)
    return true
  }
  const rest = [...liveScenes]
  while (rest.length > 0) {
    const index = weighted(
      rest.map(({ weight }) => weight),
      company.dice.next(),
    )
    const [scene] = rest.splice(index, 1)
    if (await scene?.play(company, now)) return true
  }
  return false
}

/** @param share from 0 to below 1 @returns an index, as likely as its weight */
function weighted(weights: readonly number[], share: number): number {
  let left = share * weights.reduce((sum, weight) => sum + weight, 0)
  return weights.findIndex((weight) => (left -= weight) < 0)
}
