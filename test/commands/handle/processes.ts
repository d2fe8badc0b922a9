import { createCommandHandler, type CommandHandler } from '../../../src/commands/handle.ts'
import type { CommandContext } from '../../../src/eventstore/codec.ts'
import { createLog, type Log } from '../../../src/eventstore/log.ts'
import type { EventStore } from '../../../src/eventstore/port.ts'
import type { Fact } from '../../../src/events/registry.ts'
import { guestStream, rsvpsStream, settingsStream } from '../../../src/events/streams.ts'
import { commandIdOf } from '../../../src/kernel/ids.ts'
import { NOW } from '../../support/decider-spec.ts'
import { MemoryEventStore, MemoryLog } from '../../support/memory-event-store.ts'
import { memoryVault } from '../../support/memory-vault.ts'

export const EVENT = '01JWZZZZZZZZZZZZZZZZZZZZZZ'
export const GUEST = '01JWGGGGGGGGGGGGGGGGGGGGGG'
export const RSVPS = rsvpsStream(EVENT)
export const SETTINGS = settingsStream(EVENT)
export const ANN = guestStream(EVENT, GUEST)

/** A process of the product: its own cache and its own connection to the one store. */
export interface Process {
  readonly commands: CommandHandler
  readonly log: Log
  readonly store: RecordingStore
}

/** One store, and the processes that share it. */
export class World {
  readonly memory = new MemoryLog()
  /** Of all processes, in milliseconds; stands still unless a test moves it. */
  monotonic = 0
  private readonly vault = memoryVault()

  process(pause?: () => Promise<unknown>): Process {
    const store = new RecordingStore(new MemoryEventStore(this.memory, pause))
    const log = createLog(store, this.vault)
    return { commands: createCommandHandler(log, () => this.monotonic), log, store }
  }

  /** @returns the facts of a stream as a new process reads them */
  async facts(stream: string): Promise<readonly Fact[]> {
    return (await this.process().log.read(stream)).facts
  }
}

type Append = EventStore['append']

/** Passes everything on to a store, counts it, and fails or waits where a test says so. */
export class RecordingStore implements EventStore {
  readonly appends: { readonly stream: string; readonly types: readonly string[] }[] = []
  reads = 0
  /** Takes the place of `append` while it is set. */
  onAppend: ((...call: [...Parameters<Append>, Append]) => ReturnType<Append>) | undefined
  private readonly inner: EventStore
  readonly readCategory: EventStore['readCategory']
  readonly readAll: EventStore['readAll']
  readonly subscribe: EventStore['subscribe']
  readonly head: EventStore['head']
  readonly tombstone: EventStore['tombstone']
  readonly close: EventStore['close']

  constructor(inner: EventStore) {
    this.inner = inner
    this.readCategory = inner.readCategory.bind(inner)
    this.readAll = inner.readAll.bind(inner)
    this.subscribe = inner.subscribe.bind(inner)
    this.head = inner.head.bind(inner)
    this.tombstone = inner.tombstone.bind(inner)
    this.close = inner.close.bind(inner)
  }

  append: Append = (stream, expected, records) => {
    this.appends.push({ stream, types: records.map(({ type }) => type) })
    const inner: Append = (...call) => this.inner.append(...call)
    return this.onAppend === undefined
      ? inner(stream, expected, records)
      : this.onAppend(stream, expected, records, inner)
  }

  readStream: EventStore['readStream'] = (...call) => {
    this.reads += 1
    return this.inner.readStream(...call)
  }
}

let commandNumber = 0

/** The context of a command; without a name it is one of its own. */
export function context(
  name = `command ${String((commandNumber += 1))}`,
  requestDigest?: string,
): CommandContext {
  return {
    commandId: commandIdOf(name),
    actor: 'host:H1',
    at: NOW,
    correlationId: 'request-1',
    ...(requestDigest === undefined ? {} : { requestDigest }),
  }
}

/** A promise and the way to keep it. */
export function gate(): { readonly opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return {
    opened: promise,
    open: () => {
      resolve(undefined)
    },
  }
}
