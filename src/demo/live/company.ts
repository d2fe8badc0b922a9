import type { Dice } from '../random.ts'
import type { Guest, Stage, Standing } from '../stage.ts'
import type { Story } from '../seed.ts'

/** Something that follows from a scene a little later: the guest who opened the invitation answers. */
export interface FollowUp {
  /** Milliseconds since the epoch. */
  readonly due: number
  readonly play: (now: number) => Promise<unknown>
}

/** Who can act in the live part, and how things stand for them. */
export interface Company {
  readonly stage: Stage
  readonly story: Story
  readonly dice: Dice
  readonly followUps: FollowUp[]
}

export interface Found extends Standing {
  readonly who: Guest
}

/** Guests looked at before giving up: enough to find somebody where one in ten fits. */
const LOOKS = 40

/** @returns a guest for whom it is plausible, looked for in random order; null when nobody was found */
export async function findGuest(
  { stage, story, dice }: Company,
  guests: readonly Guest[],
  fits: (standing: Standing) => boolean,
): Promise<Found | null> {
  const spared = new Set(story.samples.map(({ id }) => id))
  const candidates = dice.shuffled(guests.filter(({ id }) => !spared.has(id))).slice(0, LOOKS)
  for (const who of candidates) {
    const standing = await stage.standing(who)
    if (standing !== null && standing.event.status === 'published' && fits(standing))
      return { who, ...standing }
  }
  return null
}
