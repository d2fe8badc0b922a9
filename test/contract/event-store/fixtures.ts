import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { EventStore, JsonObject, NewRecord, StoredRecord } from '../../../src/eventstore/port.ts'
import { newId } from '../../../src/kernel/ids.ts'

export interface StoreUnderTest {
  readonly store: EventStore
  /** Closes the store and what was made for it. */
  dispose(): Promise<void>
}

export type OpenStore = () => Promise<StoreUnderTest>

/** A category that no earlier test and no earlier run has used: the suite also runs against stores that keep their facts. */
export function newCategory(): string {
  return `test.${newId()}`
}

export function newStream(category = newCategory()): string {
  return `${category}-${newId()}`
}

export function fact(n: number, more: Partial<NewRecord> = {}): NewRecord {
  return {
    id: randomUUID(),
    type: 'Counted',
    data: { n },
    metadata: { actor: 'host:1', $correlationId: 'c' },
    ...more,
  }
}

/** @returns facts numbered from `from`, `count` of them. */
export function facts(count: number, from = 0): NewRecord[] {
  return Array.from({ length: count }, (_, i) => fact(from + i))
}

export async function flatten(pages: AsyncIterable<readonly StoredRecord[]>): Promise<StoredRecord[]> {
  const all: StoredRecord[] = []
  for await (const page of pages) all.push(...page)
  return all
}

export function numbersOf(records: readonly { data: JsonObject }[]): unknown[] {
  return records.map((record) => record.data['n'])
}

/** @returns the records of a stream that must exist. */
export async function recordsOf(store: EventStore, stream: string): Promise<readonly StoredRecord[]> {
  const slice = await store.readStream(stream)
  return slice.exists ? slice.records : expect.fail(`${stream} does not exist`)
}
