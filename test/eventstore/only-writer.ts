import type { EventStore } from '../../src/eventstore/port.ts'
import { facts, newStream } from '../contract/event-store/fixtures.ts'

/** A store takes itself for the only writer once its second batch has found the log as its first one left it. */
export async function becomeOnlyWriter(store: EventStore): Promise<void> {
  for (let batch = 0; batch < 2; batch++) await store.append(newStream(), 'no_stream', facts(1))
}
