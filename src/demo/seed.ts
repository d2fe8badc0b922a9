import { registerHost } from '../commands/registration.ts'
import type { Foundation } from '../foundation.ts'
import { DAY } from '../kernel/time.ts'
import type { Pool } from '../postgres/pool.ts'
import { advanceCheckpoints, readCheckpoints } from '../processes/checkpoints.ts'
import { processManagers } from '../processes/reactions.ts'
import { hashPassword } from '../tokens/password.ts'
import { Stage, demoId, type Guest } from './stage.ts'
import { evening } from './story/evening.ts'
import { openingNight, trusteesDinner } from './story/others.ts'
import { privateView } from './story/private-view.ts'
import { DEMO_HOST, type DemoEvent, type Scene } from './story/scene.ts'

export const DEMO_HOST_ID = demoId('host')

/** The story as of a moment. The same people do the same things, whenever it is told. */
export interface Story {
  readonly evening: DemoEvent
  readonly privateView: DemoEvent
  readonly events: readonly DemoEvent[]
  /** Guests who have not opened their invitations, and whom there are seats for: whoever tries the demo can be them. */
  readonly samples: readonly Guest[]
}

/** @param now when the story is told, in milliseconds since the epoch */
export function storyOf(now: number): Story {
  const main = evening(now, DEMO_HOST_ID)
  const today = privateView(now, DEMO_HOST_ID)
  return {
    evening: main,
    privateView: today,
    events: [main, today, trusteesDinner(now, DEMO_HOST_ID), openingNight(now, DEMO_HOST_ID)],
    samples: today.unopened,
  }
}

/**
 * Plays the past of the story with the commands of the product; everything carries the time at which it happened. No
 * processes may run meanwhile: nobody is written to about the past. Doing it again changes nothing.
 * @param now of the story, in milliseconds since the epoch
 */
export async function seed(
  foundation: Pick<Foundation, 'commands' | 'openings' | 'tokens' | 'store' | 'pool'>,
  now: number,
): Promise<void> {
  const stage = new Stage(foundation, 'story')
  await registerDemoHost(foundation, stage, now - 120 * DAY)
  // Each event is a history of its own, and its order is that of the list a host reads.
  await Promise.all(storyOf(now).events.map(({ scenes }) => playInOrder(stage, scenes)))
  await leaveThePastAlone(foundation.pool, await foundation.store.head())
}

async function registerDemoHost(
  { commands, tokens }: Pick<Foundation, 'commands' | 'tokens'>,
  stage: Stage,
  at: number,
): Promise<void> {
  const { email, name, password } = DEMO_HOST
  const emailDigests = tokens.emailDigests(email)
  const passwordHash = await hashPassword(password)
  const registration = { hostId: DEMO_HOST_ID, email, emailDigests, name, passwordHash }
  await registerHost(commands, registration, stage.context('system:registration', at, 'register'))
}

async function playInOrder(stage: Stage, scenes: readonly Scene[]): Promise<void> {
  for (const { play } of scenes.toSorted((a, b) => a.at - b.at)) await play(stage)
}

/** Marks the past as followed up, as it was: else the answers of the last days would be confirmed once more. */
async function leaveThePastAlone(pool: Pool, head: bigint): Promise<void> {
  const names = processManagers.map(({ name }) => name)
  await readCheckpoints(pool, names)
  await advanceCheckpoints(pool, names, head)
}
