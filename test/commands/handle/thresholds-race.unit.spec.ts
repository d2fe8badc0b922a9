import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guestDecider } from '../../../src/commands/guest/decider.ts'
import { createOpenings, EVENT_AGE, type Openings } from '../../../src/commands/guest/opening.ts'
import { settingsDecider } from '../../../src/commands/settings/decider.ts'
import { ERASED } from '../../../src/events/fact.ts'
import type { Fact } from '../../../src/events/registry.ts'
import { DomainError } from '../../../src/kernel/errors.ts'
import { SECOND } from '../../../src/kernel/time.ts'
import { bandOf, DEFAULT_THRESHOLDS, type Thresholds } from '../../../src/scoring/bands.ts'
import { invite, ruleOf } from '../guest/scenario.ts'
import { ANN, context, EVENT, gate, GUEST, SETTINGS, World, type Process } from './processes.ts'

const link = { eventId: EVENT, guestId: GUEST, version: 1 }
const visitor = { ip: '203.0.113.9', userAgent: 'Safari', fingerprint: null }

/** Scores 0, 10, 20 and so on: the openings of a history fall into every band. */
const rising = ruleOf(({ openings }) => Math.min(100, openings * 10))

const openingsOf = ({ commands }: Process, pause: () => Promise<unknown>): Openings =>
  createOpenings({
    commands,
    lookup: async () => {
      await pause()
      return null
    },
    rules: () => Promise.resolve({ ruleSet: rising, shadow: null }),
    // The time of the schedule stands still.
    budgetMs: 600 * SECOND,
    onOverrun: () => {
      throw new Error('no opening of this test is late')
    },
  })

/** An event with Ann on its list. */
async function begin(world: World): Promise<void> {
  const { commands } = world.process()
  const details = {
    name: 'Summer party',
    slug: 'summer-party',
    eventDate: '2026-07-04T18:00:00Z',
    timezone: 'Europe/Berlin',
    venue: null,
  }
  await commands.execute(settingsDecider, SETTINGS, { kind: 'create', ownerId: 'H1', ...details }, context())
  await commands.execute(guestDecider, ANN, invite(), context())
}

const setThresholds = ({ commands }: Process, thresholds: Thresholds) =>
  commands.execute(
    settingsDecider,
    SETTINGS,
    { kind: 'set_thresholds', thresholds, ifVersion: null },
    context(),
  )

const factsOf = <T extends Fact['type']>(facts: readonly Fact[], type: T) =>
  facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type)

/** Every version of the thresholds that the log knows, and from which position on it was in force. */
async function versions(world: World) {
  const changes = factsOf(await world.facts(SETTINGS), 'ThresholdsChanged')
  return [
    { version: 0, thresholds: DEFAULT_THRESHOLDS, since: 0n },
    ...changes.map(({ data, position }) => ({
      version: data.version,
      thresholds: data.to,
      since: position,
    })),
  ]
}

describe('thresholds that change while an opening is under way', () => {
  it('band the next opening; the one that had read them before says so', async () => {
    const world = new World()
    await begin(world)
    const one = world.process()
    const placed = gate()
    const openings = openingsOf(one, () => placed.opened)
    const under = openings.open(link, visitor, 'a1', context())
    // Until the settings were read and only the place is waited for.
    await one.commands.state(settingsDecider, SETTINGS)
    const stricter = { medium: 1, high: 2, block: 3 }
    await setThresholds(world.process(), stricter)
    placed.open()
    await under
    world.monotonic += EVENT_AGE
    await openings.open(link, visitor, 'a2', context())
    world.monotonic += 1
    await openings.open(link, visitor, 'a3', context())
    const before = { thresholds: DEFAULT_THRESHOLDS, thresholdsVersion: 0 }
    expect(factsOf(await world.facts(ANN), 'AccessScored').map(({ data }) => data)).toMatchObject([
      { score: 0, band: 'low', decision: 'allowed', ...before },
      // Another process changed them, and this one looks once in a while.
      { score: 10, band: 'low', decision: 'allowed', ...before },
      { score: 20, band: 'block', decision: 'blocked', thresholds: stricter, thresholdsVersion: 1 },
    ])
  })

  it('band the next opening of the process that changed them', async () => {
    const world = new World()
    await begin(world)
    const one = world.process()
    const openings = openingsOf(one, () => Promise.resolve())
    await openings.open(link, visitor, 'a1', context())
    await setThresholds(one, { medium: 1, high: 2, block: 3 })
    await openings.open(link, visitor, 'a2', context())
    expect(factsOf(await world.facts(ANN), 'AccessScored').map(({ data }) => data)).toMatchObject([
      { score: 0, thresholdsVersion: 0 },
      { score: 10, decision: 'blocked', thresholdsVersion: 1 },
    ])
  })
})

describe('any interleaving of openings and thresholds in two processes', () => {
  const valid = fc
    .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 })
    .map((numbers) => numbers.toSorted((a, b) => a - b))
    .map(([medium = 0, high = 0, block = 0]): Thresholds => ({ medium, high, block }))
  const act = fc.record({
    process: fc.constantFrom(0, 1),
    /** Null for an opening. */
    thresholds: fc.option(valid, { freq: 2 }),
  })

  it('bands each score by exactly one version of the thresholds, in force when it was read', async () => {
    let scores = 0
    let raced = 0
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(act, { minLength: 1, maxLength: 14 }),
        async (scheduler, acts) => {
          const world = new World()
          await begin(world)
          const pause = () => scheduler.schedule(Promise.resolve())
          const processes = [world.process(pause), world.process(pause)] as const
          const openings = processes.map((process) => openingsOf(process, pause))
          const started = new Map<string, bigint>()
          const sent = acts.map(async ({ process, thresholds }, i) => {
            await pause()
            const attemptId = `a${String(i)}`
            world.monotonic += EVENT_AGE + 1
            started.set(attemptId, world.memory.head)
            const done =
              thresholds === null
                ? openings[process]?.open(link, visitor, attemptId, context())
                : setThresholds(processes[process === 0 ? 0 : 1], thresholds)
            return done?.catch((error: unknown) => {
              // Only a race lost three times may refuse.
              expect(error).toBeInstanceOf(DomainError)
              expect(error).toMatchObject({ code: 'busy' })
            })
          })
          await scheduler.waitFor(Promise.all(sent))

          const known = await versions(world)
          expect(known.map(({ version }) => version)).toEqual(known.map((_, i) => i))
          for (const { data, position, personal } of factsOf(await world.facts(ANN), 'AccessScored')) {
            const { score, band, decision, thresholds, thresholdsVersion, attemptId } = data
            const version = known[thresholdsVersion]
            expect(personal).not.toBe(ERASED)
            expect(thresholds).toEqual(version?.thresholds)
            expect(band).toBe(bandOf(score, thresholds))
            expect(decision).toBe(band === 'block' ? 'blocked' : 'allowed')
            // Not from a version that is still to come, nor from one that was replaced before the opening began.
            const replaced = known[thresholdsVersion + 1]?.since
            expect(version?.since).toBeLessThan(position)
            expect(replaced === undefined || replaced > (started.get(attemptId) ?? 0n)).toBe(true)
            scores += 1
            if (replaced !== undefined && replaced < position) raced += 1
          }
        },
      ),
      { numRuns: 100 },
    )
    // The schedules did put changes between the reading of an opening and its append.
    expect(scores).toBeGreaterThan(100)
    expect(raced).toBeGreaterThan(0)
  }, 60_000)
})
