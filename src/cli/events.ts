import type { EventStore } from '../eventstore/port.ts'

/** @returns the ids of all events of the installation, in the order of their creation */
export async function eventIdsOf(store: EventStore): Promise<string[]> {
  const ids = new Set<string>()
  for await (const page of store.readAll({ filter: { typePrefixes: ['EventCreated'] } })) {
    for (const { stream } of page) ids.add(stream.slice('event.'.length, stream.indexOf('-')))
  }
  return [...ids]
}
