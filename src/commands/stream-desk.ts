import type { LRUCache } from 'lru-cache'
import type { CommandContext } from '../eventstore/codec.ts'
import type { Log } from '../eventstore/log.ts'
import { RecordTooLarge, WrongExpectedRevision, type Position } from '../eventstore/port.ts'
import type { Happened, NewFact } from '../events/registry.ts'
import { DomainError } from '../kernel/errors.ts'
import type { Decider } from './decider.ts'

/** How often a group of commands is decided again after losing a race for its stream. */
const MAX_TRIES = 3

/** Commands on one stream that are appended together at most. Too large an append is split, so this bounds the wait. */
const MAX_GROUP = 200

export type AnyDecider = Decider<unknown, unknown, NewFact, Happened>

/** What is remembered of a command, to answer its retry. */
interface Done {
  /** Of its last fact or one after it; null while its append is under way. */
  position: Position | null
  readonly requestDigest: string | null
}

/** A stream's folded state as of `revision`. Changed only by the desk of its stream. */
export interface Folded {
  state: unknown
  /** -1 while the stream does not exist. */
  revision: number
  /** When it is known to have been current, on the clock of the handler. */
  lookedAt: number
  /** Commands already done, by their id. */
  readonly done: Map<string, Done>
}

export interface Settled {
  readonly state: unknown
  readonly facts: readonly NewFact[]
  readonly replayed: boolean
  readonly position: Position | null
}

/** Somebody who waits for the stream: with a command, or to read its state. */
export interface Visitor {
  readonly order: { readonly command: unknown; readonly context: CommandContext } | 'read'
  readonly resolve: (settled: Settled) => void
  readonly reject: (error: unknown) => void
}

export interface DeskOptions {
  readonly log: Log
  readonly cache: LRUCache<string, Folded>
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly decider: AnyDecider
  readonly stream: string
  /** Called when nobody waits any more; the desk is not used again. */
  readonly onIdle: () => void
}

interface Turn {
  readonly visitor: Visitor
  readonly facts: readonly NewFact[]
  readonly replayOf: Done | null
  readonly refusal: Error | null
}

/**
 * One at a time for one stream. Visitors that arrive while an append is under way are decided one after the other on
 * the same state and appended as one group; nobody is answered before the append is.
 */
export class StreamDesk {
  private readonly queue: Visitor[] = []
  private busy = false
  private readonly log: Log
  private readonly cache: LRUCache<string, Folded>
  private readonly monotonic: () => number
  private readonly decider: AnyDecider
  private readonly stream: string
  private readonly onIdle: () => void

  constructor({ log, cache, monotonic, decider, stream, onIdle }: DeskOptions) {
    this.log = log
    this.cache = cache
    this.monotonic = monotonic
    this.decider = decider
    this.stream = stream
    this.onIdle = onIdle
  }

  join(visitor: Visitor): void {
    this.queue.push(visitor)
    if (this.busy) return
    this.busy = true
    void this.serve()
  }

  private async serve(): Promise<void> {
    // Lets visitors of the same tick form a group.
    await Promise.resolve()
    while (this.queue.length > 0) {
      const group = this.queue.splice(0, MAX_GROUP)
      try {
        await this.serveGroup(group)
      } catch (error) {
        for (const visitor of group) visitor.reject(error)
      }
    }
    this.onIdle()
  }

  private async serveGroup(group: readonly Visitor[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.attempt(group)
        return
      } catch (error) {
        // The state was folded ahead of an append that did not happen, or may not have.
        this.cache.delete(this.stream)
        if (error instanceof RecordTooLarge && group.length > 1) {
          await this.serveHalves(group)
          return
        }
        if (!(error instanceof WrongExpectedRevision)) throw error
        if (attempt === MAX_TRIES) throw busy(error)
      }
    }
  }

  /** What is too large together may fit apart; what is too large by itself fails alone. */
  private async serveHalves(group: readonly Visitor[]): Promise<void> {
    const middle = Math.ceil(group.length / 2)
    for (const half of [group.slice(0, middle), group.slice(middle)]) {
      try {
        await this.serveGroup(half)
      } catch (error) {
        for (const visitor of half) visitor.reject(error)
      }
    }
  }

  private async attempt(group: readonly Visitor[]): Promise<void> {
    const cached = this.cache.get(this.stream)
    const someRead = group.some((visitor) => visitor.order === 'read')
    let folded = cached !== undefined && !someRead ? cached : await this.catchUp()
    let turns = group.map((visitor) => this.decide(folded, visitor))
    const writes = turns.some((turn) => turn.facts.length > 0)
    if (!writes && folded === cached) {
      // Another process may have changed what makes us refuse, or do nothing: look before answering. An append
      // needs no look: its expected revision proves that the state was current.
      folded = await this.catchUp()
      turns = group.map((visitor) => this.decide(folded, visitor))
    }
    const position = await this.append(folded, turns)
    this.cache.set(this.stream, folded)
    for (const turn of turns) answer(turn, folded, position)
  }

  private decide(folded: Folded, visitor: Visitor): Turn {
    const idle = { visitor, facts: [], replayOf: null, refusal: null }
    if (visitor.order === 'read') return idle
    const { command, context } = visitor.order
    try {
      const replayOf = doneBefore(folded, context)
      if (replayOf !== null) return { ...idle, replayOf }
      const facts = this.decider.decide(command, folded.state)
      for (const fact of facts) {
        folded.state = this.decider.evolve(folded.state, { ...fact, at: context.at })
      }
      if (facts.length > 0) {
        folded.done.set(context.commandId, { position: null, requestDigest: context.requestDigest ?? null })
      }
      return { ...idle, facts }
    } catch (error) {
      return { ...idle, refusal: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  private async append(folded: Folded, turns: readonly Turn[]): Promise<Position | null> {
    const decisions = turns.flatMap(({ visitor, facts }) =>
      facts.length === 0 || visitor.order === 'read' ? [] : [{ facts, context: visitor.order.context }],
    )
    if (decisions.length === 0) return null
    const expected = folded.revision === -1 ? 'no_stream' : folded.revision
    const lookedAt = this.monotonic()
    const result = await this.log.append(this.stream, expected, decisions)
    const count = decisions.reduce((sum, { facts }) => sum + facts.length, 0)
    if (result.revision !== folded.revision + count) {
      // Another process was sent the same command and recorded it, at another place than we thought to be at: the
      // store took ours for its retry. What was folded here lacks the facts between, so this is a lost race.
      throw new WrongExpectedRevision(this.stream, expected, result.revision)
    }
    folded.revision = result.revision
    folded.lookedAt = lookedAt
    for (const { context } of decisions) {
      const done = folded.done.get(context.commandId)
      if (done !== undefined) done.position = result.position
    }
    return result.position
  }

  /** Reads what the cache lacks of the stream and folds it. */
  private async catchUp(): Promise<Folded> {
    const lookedAt = this.monotonic()
    const folded = this.cache.get(this.stream) ?? {
      state: this.decider.initialState(),
      revision: -1,
      lookedAt,
      done: new Map<string, Done>(),
    }
    const { facts } = await this.log.read(this.stream, folded.revision + 1)
    for (const fact of facts) {
      folded.state = this.decider.evolve(folded.state, fact)
      folded.revision = fact.revision
      folded.done.set(fact.causationId, { position: fact.position, requestDigest: fact.requestDigest })
    }
    folded.lookedAt = lookedAt
    this.cache.set(this.stream, folded)
    return folded
  }
}

function doneBefore(folded: Folded, context: CommandContext): Done | null {
  const done = folded.done.get(context.commandId)
  if (done === undefined) return null
  if (done.requestDigest === (context.requestDigest ?? null)) return done
  throw new DomainError(
    'unprocessable',
    'idempotency_key_reused',
    'This Idempotency-Key was used before with another request. Use a new key for a new request.',
  )
}

const busy = (cause: WrongExpectedRevision) =>
  new DomainError('conflict', 'busy', 'Somebody else changed this at the same moment. Try again.', { cause })

function answer(
  { visitor, facts, replayOf, refusal }: Turn,
  folded: Folded,
  appended: Position | null,
): void {
  if (refusal !== null) {
    visitor.reject(refusal)
    return
  }
  const position = facts.length > 0 ? appended : (replayOf?.position ?? null)
  visitor.resolve({ state: folded.state, facts, replayed: replayOf !== null, position })
}
