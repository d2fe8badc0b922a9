import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rsvpsDecider, type RsvpsCommand } from '../../../src/commands/rsvps/decider.ts'
import { emptyRsvps, seatsLeft, type RsvpsState } from '../../../src/commands/rsvps/state.ts'
import type { NewRsvpsFact } from '../../../src/events/rsvps.ts'
import { DomainError } from '../../../src/kernel/errors.ts'
import { NOW } from '../../support/decider-spec.ts'

const guestIds = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')

const commands: fc.Arbitrary<RsvpsCommand> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      guestId: guestIds,
      answer: fc.constantFrom('attending', 'attending', 'attending', 'declined', 'maybe'),
      partySize: fc.integer({ min: 1, max: 5 }),
      plusOneNames: fc.constantFrom([], ['Bo']),
      note: fc.constantFrom(null, 'x'),
      plusOnesAllowed: fc.integer({ min: 2, max: 4 }),
      open: fc.constantFrom(true, true, true, true, false),
      at: fc.constant(NOW),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('withdraw', 'seat'), guestId: guestIds }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set_capacity' as const),
      maxCapacity: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 6 }),
    }),
  },
)

const histories = fc
  .tuple(fc.integer({ min: 0, max: 8 }), fc.array(commands, { maxLength: 60 }))
  .map(([maxCapacity, rest]): RsvpsCommand[] => [{ kind: 'set_capacity', maxCapacity }, ...rest])

interface Step {
  readonly command: RsvpsCommand
  /** Empty when the command was refused. */
  readonly facts: readonly NewRsvpsFact[]
  /** The state as it was, and as it became: copies. */
  readonly before: RsvpsState
  readonly after: RsvpsState
}

/** Carries a history out as the desk of the stream does: one state, folded on as facts come. */
function play(history: readonly RsvpsCommand[]): Step[] {
  let state = emptyRsvps()
  return history.map((command) => {
    const before = structuredClone(state)
    const facts = decideOrRefuse(command, state)
    expect(state).toEqual(before)
    for (const fact of facts) state = rsvpsDecider.evolve(state, { ...fact, at: NOW })
    return { command, facts, before, after: structuredClone(state) }
  })
}

function decideOrRefuse(command: RsvpsCommand, state: RsvpsState): readonly NewRsvpsFact[] {
  try {
    return rsvpsDecider.decide(command, state)
  } catch (error) {
    if (error instanceof DomainError) return []
    throw error
  }
}

const refold = (facts: readonly NewRsvpsFact[]) =>
  facts.reduce((state, fact) => rsvpsDecider.evolve(state, { ...fact, at: NOW }), emptyRsvps())

/** Checks every step of any history. */
function always(check: (step: Step, steps: readonly Step[]) => void): void {
  fc.assert(
    fc.property(histories, (history) => {
      const steps = play(history)
      for (const step of steps) check(step, steps)
    }),
    { numRuns: 500 },
  )
}

const withStatus = (state: RsvpsState, status: string) =>
  [...state.seats].filter(([, seat]) => seat.status === status)

describe('after any history of commands', () => {
  it('no more people are confirmed than there are seats', () => {
    always(({ after }) => {
      if (after.maxCapacity !== null) expect(after.confirmed).toBeLessThanOrEqual(after.maxCapacity)
    })
  })

  it('the number of people confirmed is the sum of their parties', () => {
    always(({ after }) => {
      const sum = withStatus(after, 'confirmed').reduce((people, [, { partySize }]) => people + partySize, 0)
      expect(after.confirmed).toBe(sum)
    })
  })

  it('the waitlist holds exactly those who wait, each once', () => {
    always(({ after }) => {
      const waiting = withStatus(after, 'waitlisted').map(([guestId]) => guestId)
      expect([...after.waitlist].sort()).toEqual(waiting.sort())
    })
  })

  it('the first who waits does not fit into the seats that are free', () => {
    always(({ after }) => {
      const [first] = after.waitlist
      if (first === undefined) return
      expect(after.seats.get(first)?.partySize).toBeGreaterThan(seatsLeft(after) ?? Infinity)
    })
  })

  it('folding the facts from nothing gives the same state', () => {
    always(({ after }, steps) => {
      if (after !== steps.at(-1)?.after) return
      const state = refold(steps.flatMap(({ facts }) => facts))
      expect(state).toEqual(after)
      expect([...state.seats.keys()]).toEqual([...after.seats.keys()])
    })
  })

  it('the same command again changes nothing', () => {
    always(({ command, facts, after }) => {
      if (facts.length > 0) expect(decideOrRefuse(command, structuredClone(after))).toEqual([])
    })
  })
})

describe('first come, first served', () => {
  it('seats that become free go to the head of the waitlist: nobody is passed over but by the host', () => {
    always(({ command, facts, before }) => {
      if (command.kind === 'seat') return
      let state = before
      for (const fact of facts) {
        if (fact.type === 'RsvpPromoted') expect(state.waitlist[0]).toBe(fact.data.guestId)
        state = rsvpsDecider.evolve(state, { ...fact, at: NOW })
      }
    })
  })

  it('an answer takes more seats than the guest had only while nobody else waits', () => {
    always(({ facts, before }) => {
      const [fact] = facts
      if (fact?.type !== 'RsvpAnswered' || fact.data.status !== 'confirmed') return
      const had = before.seats.get(fact.data.guestId)
      const own = had?.status === 'confirmed' ? had.partySize : 0
      if (fact.data.partySize <= own) return
      expect(before.waitlist.filter((guestId) => guestId !== fact.data.guestId)).toEqual([])
    })
  })

  it('those who wait keep their order, and only a party that joins or grows goes to the end', () => {
    always(({ command, before, after }) => {
      const stayed = before.waitlist.filter((guestId) => after.waitlist.includes(guestId))
      const kept = after.waitlist.filter((guestId) => before.waitlist.includes(guestId))
      const mover = command.kind === 'answer' ? command.guestId : null
      const grew =
        mover !== null && (after.seats.get(mover)?.partySize ?? 0) > (before.seats.get(mover)?.partySize ?? 0)
      const others = (list: readonly string[]) => list.filter((guestId) => !grew || guestId !== mover)
      expect(others(kept)).toEqual(others(stayed))
      const joined = after.waitlist.filter((guestId) => !before.waitlist.includes(guestId))
      expect(after.waitlist.slice(after.waitlist.length - joined.length)).toEqual(joined)
      if (grew && kept.includes(mover)) expect(after.waitlist.at(-1)).toBe(mover)
    })
  })

  it('nobody who has seats loses them but by their own doing', () => {
    always(({ command, before, after }) => {
      for (const [guestId, seat] of withStatus(before, 'confirmed')) {
        if (command.kind !== 'set_capacity' && command.guestId === guestId) continue
        expect(after.seats.get(guestId)).toEqual(seat)
      }
    })
  })
})
