import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { check } from './checker/check.ts'
import { checkGuests } from './checker/guests.ts'
import { checkMessages } from './checker/messages.ts'
import { Door } from './door.ts'
import type { Complaint, Evidence } from './evidence.ts'
import { gather, openGlimpse, type Glimpse } from './gather.ts'
import { haunt } from './nemesis.ts'
import { Host } from './host.ts'
import { Occasion } from './occasion.ts'
import { phone } from './phone.ts'
import { Stage, type Variant } from './stage.ts'
import { Tale } from './tale.ts'

export interface StoryOptions {
  readonly seed: number
  readonly variant: Variant
  /** How long the faults go on. */
  readonly seconds: number
  /** Whether the outbox can be kept from growing on this machine. */
  readonly withQuota: boolean
  /** Waits for no retry that is due later, but makes it due: for short stories. */
  readonly hurried: boolean
}

export interface Told {
  readonly complaints: readonly Complaint[]
  readonly evidence: Evidence
  /** Where the installation is; kept when there is something to complain about. */
  readonly folder: string
}

const PHONES = 3
const DOORS = 2
const EVENTS = 2

/** How long mails may take to go out once all is calm, in milliseconds: retries wait up to a minute each. */
const DRAIN = { hurried: 40_000, patient: 240_000 }

/**
 * Tells one story: people use the product while it is harmed, then everything that is left is compared with everything
 * that was answered.
 */
export async function tell(options: StoryOptions): Promise<Told> {
  const stage = await Stage.raise(options.variant)
  try {
    const tale = new Tale(options.seed, stage.base)
    const people = Promise.all(Array.from({ length: EVENTS }, (_, at) => evening(tale, at + 1)))
    const nemesis = haunt(tale, stage, options.withQuota)
    await sleep(options.seconds * 1_000)
    tale.end()
    await nemesis
    tale.calm()
    await people
    const openJobs = await drained(stage, tale, options.hurried)
    const ends = await stage.stop()
    const evidence = await gather(stage, { exchanges: tale.exchanges, faults: tale.faults, openJobs })
    const mishaps = [...tale.mishaps, ...ends].map((says) => ({ rule: 'processes', says, about: {} }))
    const complaints = [...mishaps, ...check(evidence)]
    if (complaints.length === 0) await stage.remove()
    else await writeDown(stage.folder, options, evidence, complaints)
    return { complaints, evidence, folder: stage.folder }
  } finally {
    await stage.close()
  }
}

async function evening(tale: Tale, number: number): Promise<void> {
  const occasion = new Occasion(`event-${String(number)}`)
  const host = new Host(tale, occasion, number)
  if (!(await host.begin(tale.diceOf(occasion.name).int(10, 20)))) {
    tale.mishaps.push(`${occasion.name} never came about`)
    return
  }
  await Promise.all([
    host.act(),
    ...Array.from({ length: PHONES }, (_, at) => phone(tale, occasion, at, PHONES)),
    ...Array.from({ length: DOORS }, (_, at) => new Door(tale, occasion, at).act()),
  ])
}

/** Waits until every mail is out, as far as mails go out by themselves. @returns the jobs that are not done even then */
async function drained(stage: Stage, tale: Tale, hurried: boolean): Promise<Evidence['openJobs']> {
  const glimpse = await openGlimpse(stage)
  const deadline = performance.now() + (hurried ? DRAIN.hurried : DRAIN.patient)
  try {
    for (;;) {
      const seen = await glimpse.look()
      if (isQuiet(seen, tale) || performance.now() > deadline) return seen.openJobs
      if (hurried) await glimpse.hurry()
      await sleep(500)
    }
  } finally {
    await glimpse.close()
  }
}

function isQuiet(seen: Glimpse, { exchanges }: Tale): boolean {
  if (seen.openJobs.length > 0) return false
  const nothing = { kept: {}, rebuilt: {}, deadLetters: 0, faults: [], store: 'embedded' as const }
  const open = [...checkMessages({ ...nothing, ...seen, exchanges }), ...checkGuests(seen.log)]
  return open.every(({ says }) => !/neither|nobody wrote|has 0 scores/.test(says))
}

const asText = (value: unknown) =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one), 1)

async function writeDown(
  folder: string,
  options: StoryOptions,
  evidence: Evidence,
  complaints: readonly Complaint[],
) {
  await writeFile(path.join(folder, 'complaints.json'), asText({ options, complaints }))
  await writeFile(path.join(folder, 'evidence.json'), asText(evidence))
}
