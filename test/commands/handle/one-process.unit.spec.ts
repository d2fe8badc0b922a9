import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { guestDecider } from '../../../src/commands/guest/decider.ts'
import { rsvpsDecider, type RsvpsCommand } from '../../../src/commands/rsvps/decider.ts'
import { settingsDecider } from '../../../src/commands/settings/decider.ts'
import { StoreUnavailable } from '../../../src/eventstore/port.ts'
import { rsvpsStream } from '../../../src/events/streams.ts'
import { invite } from '../guest/scenario.ts'
import { NOW } from '../../support/decider-spec.ts'
import { ANN, context, gate, RSVPS, SETTINGS, World, type Process } from './processes.ts'

let world: World
let process: Process
beforeEach(() => {
  world = new World()
  process = world.process()
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
const answer = (command: RsvpsCommand, ctx = context()) =>
  process.commands.execute(rsvpsDecider, RSVPS, command, ctx)
const capacity = (maxCapacity: number) => answer({ kind: 'set_capacity', maxCapacity })
const inviteAnn = (ctx = context()) => process.commands.execute(guestDecider, ANN, invite(), ctx)
const issueLink = (ctx = context()) =>
  process.commands.execute(guestDecider, ANN, { kind: 'issue_link' }, ctx)

describe('a command', () => {
  it('answers with its facts, the state after it and the position to wait for', async () => {
    const outcome = await inviteAnn()
    expect(outcome.facts.map(({ type }) => type)).toEqual(['GuestInvited', 'LinkIssued'])
    expect(outcome).toMatchObject({
      state: { kind: 'invited', contact: { name: 'Ann' } },
      replayed: false,
      position: world.memory.head,
    })
  })

  it('is recorded with who said it, when, and on whose request', async () => {
    await inviteAnn({ ...context('c1', 'digest'), correlationId: 'request-7' })
    const facts = await world.facts(ANN)
    for (const fact of facts) {
      expect(fact).toMatchObject({
        actor: 'host:H1',
        at: context().at,
        correlationId: 'request-7',
        causationId: context('c1').commandId,
        requestDigest: 'digest',
      })
    }
  })

  it('that changes nothing appends nothing and has no position', async () => {
    await inviteAnn()
    const appends = process.store.appends.length
    expect(await inviteAnn()).toMatchObject({ facts: [], replayed: false, position: null })
    expect(process.store.appends).toHaveLength(appends)
  })

  it('that is refused appends nothing', async () => {
    await expect(issueLink()).rejects.toMatchObject({ code: 'not_found' })
    expect(process.store.appends).toEqual([])
  })

  it('reads a stream that was folded before no more', async () => {
    await inviteAnn()
    const { reads } = process.store
    await issueLink()
    await issueLink()
    expect(process.store.reads).toBe(reads)
  })

  it('is not answered before its facts are durable', async () => {
    const stored = gate()
    process.store.onAppend = async (stream, expected, records, inner) => {
      const result = await inner(stream, expected, records)
      await stored.opened
      return result
    }
    let answered = false
    const outcome = inviteAnn().then(() => (answered = true))
    for (let i = 0; i < 20; i++) await nextTurn()
    expect(await world.facts(ANN)).toHaveLength(2)
    expect(answered).toBe(false)
    stored.open()
    await outcome
    expect(answered).toBe(true)
  })
})

describe('commands on one stream at the same time', () => {
  it('are appended as one group, in the order they came', async () => {
    const outcomes = await Promise.all(['a', 'b', 'c'].map((guestId) => answer(attend(guestId))))
    expect(process.store.appends).toEqual([
      { stream: RSVPS, types: ['RsvpAnswered', 'RsvpAnswered', 'RsvpAnswered'] },
    ])
    expect(outcomes.map(({ facts }) => facts.length)).toEqual([1, 1, 1])
    expect(new Set(outcomes.map(({ position }) => position)).size).toBe(1)
    expect([...(await process.commands.state(rsvpsDecider, RSVPS)).seats.keys()]).toEqual(['a', 'b', 'c'])
  })

  it('that come during an append form the next group, decided on what the first one left', async () => {
    await capacity(2)
    const stored = gate()
    process.store.onAppend = async (stream, expected, records, inner) => {
      await stored.opened
      return inner(stream, expected, records)
    }
    const first = answer(attend('a', 2))
    await nextTurn()
    const others = ['b', 'c'].map((guestId) => answer(attend(guestId)))
    await nextTurn()
    stored.open()
    await Promise.all([first, ...others])
    expect(process.store.appends.map(({ types }) => types.length)).toEqual([1, 1, 2])
    expect((await process.commands.state(rsvpsDecider, RSVPS)).waitlist).toEqual(['b', 'c'])
  })

  it('never oversell: of 200 answers as many are confirmed as there are seats, first come first served', async () => {
    await capacity(77)
    const guestIds = Array.from({ length: 200 }, (_, i) => `g${String(i)}`)
    const outcomes = await Promise.all(guestIds.map((guestId) => answer(attend(guestId))))
    const statuses = outcomes.map(({ facts }) => facts[0]?.type === 'RsvpAnswered' && facts[0].data.status)
    expect(statuses).toEqual(guestIds.map((_, i) => (i < 77 ? 'confirmed' : 'waitlisted')))
    const state = await world.process().commands.state(rsvpsDecider, RSVPS)
    expect(state.confirmed).toBe(77)
    expect(state.waitlist).toEqual(guestIds.slice(77))
  })

  it('are refused one by one: a refusal does not touch its neighbours', async () => {
    const closed = { ...attend('b'), open: false } as RsvpsCommand
    const outcomes = await Promise.allSettled([answer(attend('a')), answer(closed), answer(attend('c'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect([...(await process.commands.state(rsvpsDecider, RSVPS)).seats.keys()]).toEqual(['a', 'c'])
  })

  it('on other streams do not wait for each other', async () => {
    const stored = gate()
    process.store.onAppend = async (stream, expected, records, inner) => {
      if (stream === RSVPS) await stored.opened
      return inner(stream, expected, records)
    }
    const slow = answer(attend('a'))
    expect((await inviteAnn()).facts).toHaveLength(2)
    stored.open()
    await slow
  })

  it('that are too large together are appended in smaller groups', async () => {
    const big = 'x'.repeat(20_000)
    const outcomes = await Promise.all(
      Array.from({ length: 120 }, (_, i) =>
        answer({ ...attend(`g${String(i)}`), note: big } as RsvpsCommand),
      ),
    )
    expect(outcomes.every(({ facts }) => facts.length === 1)).toBe(true)
    const state = await world.process().commands.state(rsvpsDecider, RSVPS)
    expect([...state.seats.keys()]).toEqual(Array.from({ length: 120 }, (_, i) => `g${String(i)}`))
  })

  it('fail alone when one of them is too large by itself', async () => {
    const huge = { ...attend('b'), note: 'x'.repeat(1_000_000) } as RsvpsCommand
    const outcomes = await Promise.allSettled([answer(attend('a')), answer(huge), answer(attend('c'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect([...(await world.process().commands.state(rsvpsDecider, RSVPS)).seats.keys()]).toEqual(['a', 'c'])
  })
})

describe('a command that is tried again', () => {
  it('appends nothing and answers with the position of the first time', async () => {
    const first = await inviteAnn(context('once'))
    await issueLink()
    const again = await inviteAnn(context('once'))
    expect(again).toMatchObject({ facts: [], replayed: true, position: first.position })
    expect(await world.facts(ANN)).toHaveLength(3)
  })

  it('is known again by a process that reads it from the log, with the same position', async () => {
    const first = await inviteAnn(context('once', 'digest'))
    await issueLink()
    process = world.process()
    const again = await inviteAnn(context('once', 'digest'))
    expect(again).toMatchObject({ facts: [], replayed: true, position: first.position })
    expect(process.store.appends).toEqual([])
  })

  it('while the first try is under way is answered as that one', async () => {
    await inviteAnn()
    const [first, again] = await Promise.all([issueLink(context('twice')), issueLink(context('twice'))])
    expect(again).toMatchObject({ facts: [], replayed: true, position: first.position })
    expect(await world.facts(ANN)).toHaveLength(3)
  })

  it('with another request behind the same key is refused', async () => {
    await inviteAnn(context('key', 'request one'))
    const reused = { kind: 'unprocessable', code: 'idempotency_key_reused' }
    await expect(inviteAnn(context('key', 'request two'))).rejects.toMatchObject(reused)
    await expect(inviteAnn(context('key'))).rejects.toMatchObject(reused)
    process = world.process()
    await expect(inviteAnn(context('key', 'request two'))).rejects.toMatchObject(reused)
  })

  it('with another request while the first is under way is refused, and the first is done', async () => {
    await inviteAnn()
    const [first, second] = await Promise.allSettled([
      issueLink(context('key', 'request one')),
      issueLink(context('key', 'request two')),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'idempotency_key_reused' } })
    expect(await world.facts(ANN)).toHaveLength(3)
  })

  it('on another stream is another command: one request may change several things', async () => {
    const other = rsvpsStream('01JWYYYYYYYYYYYYYYYYYYYYYY')
    const command = { kind: 'set_capacity', maxCapacity: 5 } as const
    const outcomes = [
      await process.commands.execute(rsvpsDecider, RSVPS, command, context('both')),
      await process.commands.execute(rsvpsDecider, other, command, context('both')),
    ]
    expect(outcomes.map(({ facts, replayed }) => [facts.length, replayed])).toEqual([
      [1, false],
      [1, false],
    ])
  })
})

describe('when the store cannot be reached', () => {
  const unavailable = new StoreUnavailable('no connection')
  const fail = () => {
    process.store.onAppend = () => Promise.reject(unavailable)
  }
  const recover = () => {
    process.store.onAppend = undefined
  }

  it('everybody of the group is told, and nothing is remembered of it', async () => {
    await capacity(2)
    fail()
    const outcomes = await Promise.allSettled([answer(attend('a')), answer(attend('b'))])
    expect(outcomes).toEqual([
      { status: 'rejected', reason: unavailable },
      { status: 'rejected', reason: unavailable },
    ])
    recover()
    const state = await process.commands.state(rsvpsDecider, RSVPS)
    expect(state.confirmed).toBe(0)
    expect((await answer(attend('c', 2))).facts[0]).toMatchObject({ data: { status: 'confirmed' } })
  })

  it('commands that came meanwhile are tried after it', async () => {
    fail()
    const first = answer(attend('a'))
    await nextTurn()
    const second = answer(attend('b'))
    await expect(first).rejects.toBe(unavailable)
    recover()
    expect((await second).facts).toHaveLength(1)
  })

  it('an append that happened after all is found by the retry', async () => {
    process.store.onAppend = async (stream, expected, records, inner) => {
      await inner(stream, expected, records)
      throw unavailable
    }
    await expect(inviteAnn(context('once'))).rejects.toBe(unavailable)
    recover()
    expect(await inviteAnn(context('once'))).toMatchObject({ replayed: true, position: world.memory.head })
    expect(await world.facts(ANN)).toHaveLength(2)
  })

  it('reading fails with the same error, and works later', async () => {
    const { readStream } = process.store
    process.store.readStream = () => Promise.reject(unavailable)
    await expect(process.commands.state(settingsDecider, SETTINGS)).rejects.toBe(unavailable)
    await expect(inviteAnn()).rejects.toBe(unavailable)
    process.store.readStream = readStream
    expect((await inviteAnn()).facts).toHaveLength(2)
  })
})
