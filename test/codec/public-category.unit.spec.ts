import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { eventCategory, guestStream } from '../../src/events/streams.ts'
import { UndecodableFact } from '../../src/eventstore/codec.ts'
import { createLog } from '../../src/eventstore/log.ts'
import { aGuestId, anEventId, appendSteps, eventSteps, guestSteps } from '../support/facts.ts'
import { MemoryEventStore, MemoryLog } from '../support/memory-event-store.ts'
import { memoryVault } from '../support/memory-vault.ts'

const ada = guestSteps(0, 1)

function open() {
  const store = new MemoryEventStore(new MemoryLog())
  const opened: string[] = []
  const vault = memoryVault()
  const watched: typeof vault = {
    ...vault,
    open(key, sealed, aad) {
      opened.push(aad)
      return vault.open(key, sealed, aad)
    },
  }
  return { store, opened, log: createLog(store, watched) }
}

async function read(log: ReturnType<typeof open>['log']) {
  const facts = []
  for await (const page of log.publicCategory(eventCategory(anEventId()), ['GuestInvited', 'AccessScored'])) {
    facts.push(...page)
  }
  return facts
}

it('gives the facts of the wanted types in order, and opens nothing that is sealed', async () => {
  const { log, opened } = open()
  const other = guestSteps(1, 1)
  await appendSteps(log, [
    eventSteps().created(),
    ada.invited(),
    ada.attempted(),
    other.scored(),
    ada.scored(),
  ])
  const facts = await read(log)
  expect(facts.map(({ type, position }) => [type, position])).toEqual([
    ['GuestInvited', 2n],
    ['AccessScored', 5n],
  ])
  expect(facts.some((fact) => 'personal' in fact)).toBe(false)
  expect(facts.map(({ data }) => JSON.stringify(data)).join()).not.toMatch(/sealed|example\.org|Lyon/)
  expect(opened).toEqual([])
})

it('gives the same envelope and data as a reader who may see everything', async () => {
  const { log } = open()
  await appendSteps(log, [ada.invited(), ada.scored()])
  const { facts } = await log.read(guestStream(anEventId(), aGuestId(1)))
  expect(facts).toMatchObject(await read(log))
})

it('stops at a type that it does not know: it may be one of those that were asked for', async () => {
  const { log, store } = open()
  await appendSteps(log, [ada.invited()])
  const unheard = { id: randomUUID(), type: 'GuestSerenaded', data: {}, metadata: { v: 1 } }
  await store.append(guestStream(anEventId(), aGuestId(1)), 'any', [unheard])
  await expect(read(log)).rejects.toBeInstanceOf(UndecodableFact)
})
