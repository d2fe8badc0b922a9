import type { Problem } from '../../src/contracts/common.ts'
import { HOUR } from '../../src/kernel/time.ts'
import { atAnEvent } from './at-an-event.ts'
import { arrivalsOf, attending, openGate } from './gate.ts'

/**
 * A test at the door of an event: one product and host for the whole file, and for every test an event of its own that
 * begins in three hours, to which Grace Hopper comes with her company. Beside her only what a test names is made.
 */
export const atTheDoor = atAnEvent
  .extend('details', ({ product }) => ({
    eventDate: new Date(product.clock.now() + 3 * HOUR).toISOString(),
  }))
  /** How many Grace is one of. */
  .extend('partySize', 2)
  .extend('grace', { auto: true }, ({ product, host, event, partySize }) =>
    attending(product, host, event, 'Grace Hopper', partySize),
  )
  .extend('north', ({ product, host, event }) => openGate(product, host, event.id, 'North'))
  .extend('south', ({ product, host, event }) => openGate(product, host, event.id, 'South'))
  /** Adds somebody else who comes. */
  .extend(
    'accepted',
    ({ product, host, event }) =>
      (name: string, size = 1) =>
        attending(product, host, event, name, size),
  )
  /** Who is there, as the host sees it. */
  .extend(
    'arrivals',
    ({ product, host, event }) =>
      () =>
        arrivalsOf(product, host, event.id),
  )
  /** How many facts of a type a stream of the event holds. */
  .extend('countOf', ({ product }) => async (stream: string, type: string) => {
    const slice = await product.store.readStream(stream)
    return slice.exists ? slice.records.filter((record) => record.type === type).length : 0
  })
  /** Why the north gate would refuse what was scanned: null if it would not, a status and code if it cannot tell whose it is. */
  .extend('refusalOf', ({ north }) => async (body: object) => {
    const answer = await north.preview<Problem & { refusal?: string | null }>(body)
    return answer.status === 200 ? answer.body.refusal : `${String(answer.status)} ${answer.body.code}`
  })
