import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { guestDecider } from '../../../src/commands/guest/decider.ts'
import { rsvpsDecider, type RsvpsCommand } from '../../../src/commands/rsvps/decider.ts'
import type { CommandContext } from '../../../src/eventstore/codec.ts'
import { WrongExpectedRevision } from '../../../src/eventstore/port.ts'
import { DomainError } from '../../../src/kernel/errors.ts'
import { invite } from '../guest/scenario.ts'
import { NOW } from '../../support/decider-spec.ts'
import { ANN, context, RSVPS, World, type Process } from './processes.ts'

let world: World
let one: Process
let two: Process
beforeEach(() => {
  world = new World()
  one = world.process()
  two = world.process()
})

const attend = (guestId: string, partySize = 1): RsvpsCommand => ({
  kind: 'answer',
  guestId,
  answer: 'attending',
  partySize,
  plusOneNames: [],
  note: null,
  plusOnesAllowed: 9,
  open: true,
  at: NOW,
})
const capacity = (maxCapacity: number): RsvpsCommand => ({ kind: 'set_capacity', maxCapacity })
const answer = (process: Process, command: RsvpsCommand, ctx = context()) =>
  process.commands.execute(rsvpsDecider, RSVPS, command, ctx)
const onAnn = (process: Process, kind: 'remove' | 'issue_link', ctx: CommandContext = context()) =>
  process.commands.execute(guestDecider, ANN, { kind }, ctx)
const inviteAnn = (process: Process, ctx = context()) =>
  process.commands.execute(guestDecider, ANN, invite(), ctx)

describe('two processes on one stream', () => {
  it('see each other: a command that lost the race is decided again on what the other did', async () => {
    await answer(one, capacity(1))
    await answer(two, attend('z', 1))
    await answer(one, { kind: 'withdraw', guestId: 'z' })
    const taken = await answer(one, attend('a'))
    const late = await answer(two, attend('b'))
    expect(taken.facts).toMatchObject([{ data: { status: 'confirmed' } }])
    expect(late.facts).toMatchObject([{ data: { status: 'waitlisted' } }])
    expect(late.position).toBe(world.memory.head)
  })

  it('never oversell when both are asked at the same time', async () => {
    await answer(one, capacity(30))
    const guestIds = Array.from({ length: 60 }, (_, i) => `g${String(i)}`)
    await Promise.all(guestIds.map((guestId, i) => answer(i % 2 === 0 ? one : two, attend(guestId))))
    const state = await world.process().commands.state(rsvpsDecider, RSVPS)
    expect(state.confirmed).toBe(30)
    expect(state.seats.size).toBe(60)
  })

  it('read what the other recorded when asked for the state', async () => {
    await answer(one, attend('a'))
    await answer(two, attend('b'))
    expect([...(await one.commands.state(rsvpsDecider, RSVPS)).seats.keys()]).toEqual(['a', 'b'])
  })

  it('read the initial state of a stream that nobody wrote', async () => {
    expect(await one.commands.state(guestDecider, ANN)).toEqual({ kind: 'missing' })
    await inviteAnn(two)
    expect(await one.commands.state(guestDecider, ANN)).toMatchObject({ kind: 'invited' })
  })
})

describe('what a process remembers may be old', () => {
  it('so a refusal is checked against the store before it is answered', async () => {
    await answer(one, capacity(1))
    await expect(answer(one, { ...attend('a'), open: false } as RsvpsCommand)).rejects.toBeInstanceOf(
      DomainError,
    )
    await answer(one, attend('a'))
    await answer(two, { kind: 'withdraw', guestId: 'a' })
    expect((await answer(one, capacity(0))).facts).toHaveLength(1)
  })

  it('so doing nothing is checked as well', async () => {
    await inviteAnn(one)
    await onAnn(two, 'remove')
    expect((await inviteAnn(one)).facts.map(({ type }) => type)).toEqual(['GuestInvited', 'LinkIssued'])
  })

  it('so a refusal among commands that are recorded is decided again when they were decided on old facts', async () => {
    await answer(one, capacity(2))
    await answer(one, attend('a', 2))
    await answer(two, { kind: 'withdraw', guestId: 'a' })
    const [shrunk, joined] = await Promise.allSettled([answer(one, capacity(1)), answer(one, attend('b'))])
    expect(shrunk.status).toBe('fulfilled')
    expect(joined).toMatchObject({ value: { facts: [{ data: { status: 'confirmed' } }] } })
  })

  it('so a retry is known that the other process carried out', async () => {
    await inviteAnn(one)
    const first = await onAnn(two, 'issue_link', context('once', 'digest'))
    const again = await onAnn(one, 'issue_link', context('once', 'digest'))
    expect(again.position).toBe(first.position)
    expect(await world.facts(ANN)).toHaveLength(3)
    expect(await one.commands.state(guestDecider, ANN)).toEqual(await two.commands.state(guestDecider, ANN))
  })

  it('so a key that the other process used for another request is refused', async () => {
    await inviteAnn(one)
    await answer(one, capacity(5))
    await answer(two, attend('a', 1), context('key', 'one person'))
    const reused = answer(one, attend('a', 2), context('key', 'two people'))
    await expect(reused).rejects.toMatchObject({ code: 'idempotency_key_reused' })
    expect((await one.commands.state(rsvpsDecider, RSVPS)).confirmed).toBe(1)
  })
})

describe('a race', () => {
  const lose = (process: Process, times: number) => {
    let lost = 0
    process.store.onAppend = (stream, expected, records, inner) => {
      lost += 1
      return lost <= times
        ? Promise.reject(new WrongExpectedRevision(stream, expected, 7))
        : inner(stream, expected, records)
    }
  }

  it('that is lost twice is won by the third try', async () => {
    lose(one, 2)
    expect((await inviteAnn(one)).facts).toHaveLength(2)
    expect(one.store.appends).toHaveLength(3)
  })

  it('that is lost three times is told to everybody of the group', async () => {
    lose(one, 3)
    const outcomes = await Promise.allSettled([answer(one, attend('a')), answer(one, attend('b'))])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'conflict', code: 'busy' } })
    }
    expect(one.store.appends).toHaveLength(3)
    expect((await answer(one, attend('a'))).facts).toHaveLength(1)
  })
})

describe('any interleaving of two processes', () => {
  const orders = fc.record({
    process: fc.constantFrom(0, 1),
    command: fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 3 }))
          .map(([guestId, size]) => attend(guestId, size)),
      },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('a', 'b', 'c')
          .map((guestId): RsvpsCommand => ({ kind: 'withdraw', guestId })),
      },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }).map(capacity) },
    ),
    /** Some are sent twice, as a client does that got no answer. */
    retriedBy: fc.constantFrom(null, null, 0, 1),
  })

  it(
    'never oversells, loses nothing it answered, and records nothing twice',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.array(orders, { minLength: 1, maxLength: 14 }),
          async (scheduler, all) => {
            const shared = new World()
            const pause = () => scheduler.schedule(Promise.resolve())
            const processes = [shared.process(pause), shared.process(pause)] as const
            const sent = all.flatMap(({ process, command, retriedBy }, i) => {
              const send = (by: number) =>
                answer(
                  processes[by === 0 ? 0 : 1],
                  command,
                  context(`order ${String(i)}`, `digest ${String(i)}`),
                ).then(
                  ({ facts, position }) => ({ i, facts: facts.length, position }),
                  (error: unknown) => {
                    // Only the rules and a lost race may refuse; anything else is a defect.
                    expect(error).toBeInstanceOf(DomainError)
                    expect(error).not.toMatchObject({ code: 'idempotency_key_reused' })
                    return null
                  },
                )
              return retriedBy === null ? [send(process)] : [send(process), send(retriedBy)]
            })
            const settled = await scheduler.waitFor(Promise.all(sent))

            const reader = shared.process()
            const { facts } = await reader.log.read(RSVPS)
            const state = await reader.commands.state(rsvpsDecider, RSVPS)
            if (state.maxCapacity !== null) expect(state.confirmed).toBeLessThanOrEqual(state.maxCapacity)
            expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length)
            const causes = new Set(facts.map(({ causationId }) => causationId))
            for (const outcome of settled) {
              if (outcome === null || outcome.position === null) continue
              expect(causes).toContain(context(`order ${String(outcome.i)}`).commandId)
              expect(outcome.position).toBeLessThanOrEqual(facts.at(-1)?.position ?? 0n)
            }
            const views = Promise.all(processes.map(({ commands }) => commands.state(rsvpsDecider, RSVPS)))
            for (const view of await scheduler.waitFor(views)) expect(view).toEqual(state)
          },
        ),
        { numRuns: 150 },
      )
    },
  )
})
