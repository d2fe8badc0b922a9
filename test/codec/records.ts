import { ERASED } from '../../src/events/fact.ts'
import type { NewFact } from '../../src/events/registry.ts'
import { encode, type CommandContext } from '../../src/eventstore/codec.ts'
import type { NewRecord, StoredRecord } from '../../src/eventstore/port.ts'
import { memoryVault, type MemoryVault } from '../support/memory-vault.ts'

export const STREAM = 'event.01JWZZZZZZZZZZZZZZZZZZZZZZ-guest.01JWGGGGGGGGGGGGGGGGGGGGGG'
export const ANN = 'guest.01JWZZZZZZZZZZZZZZZZZZZZZZ.01JWGGGGGGGGGGGGGGGGGGGGGG'
export const ID = '6ba7b810-9dad-51d1-80b4-00c04fd40001'

export const invited = {
  type: 'GuestInvited',
  data: { plusOnesAllowed: 2, utmSource: null, batchId: null },
  personal: { name: 'Ann', email: 'ann@example.com', phone: null, externalRef: null },
} as const satisfies NewFact
export const removed = { type: 'GuestRemoved', data: {} } as const satisfies NewFact

export const context: CommandContext = {
  commandId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  actor: 'host:H1',
  at: Date.UTC(2026, 5, 1, 18),
  correlationId: 'request-1',
}

type Key = Parameters<MemoryVault['seal']>[0]

/** The vault that everything here is sealed in, and Ann's key in it. */
export const vault = memoryVault()
export const key = await keyOf(ANN)

async function keyOf(subject: string): Promise<Key> {
  const made = (await vault.sealingKeys([subject])).get(subject)
  if (made === undefined || made === ERASED) throw new Error('no key')
  return made
}

/** What is appended for a fact. */
export const encoded = (fact: NewFact, by: Key | typeof ERASED | null = key): NewRecord =>
  encode(vault, STREAM, fact, ID, by, context).record

/** The same as the store gives it back. */
export const stored = (record: NewRecord, change: Partial<StoredRecord> = {}): StoredRecord => ({
  ...record,
  stream: STREAM,
  revision: 4,
  position: 9n,
  created: new Date(context.at),
  ...change,
})
