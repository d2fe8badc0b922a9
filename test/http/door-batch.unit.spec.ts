import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../src/eventstore/port.ts'
import { takeBatch, type BatchParts } from '../../src/http/door/batch.ts'
import type { Desk, Recorded } from '../../src/http/door/desk.ts'
import type { Party } from '../../src/http/door/party.ts'
import { stateOf, guest } from '../commands/guest/scenario.ts'

const GRACE = '01JD00000000000000000GRACE'
const item = {
  scannedAt: '2026-06-20T18:30:00.000Z',
  deviceId: 'phone-1',
  nonce: 'nonce-0001',
  outcome: 'admitted',
  guestId: GRACE,
}

const invited = stateOf(guest)

const party: Party = {
  ...{ kind: 'party', eventId: '01JD0000000000000000EVENT1', guestId: GRACE, guest: invited },
  ...{ seat: undefined, via: 'name', expected: 2, doorsOpen: true, passVersion: null, passExpired: false },
}

/** What a batch of one admitted scan is answered when recording it comes to this. */
async function answered(admit: () => Promise<Recorded>) {
  const log = { warn: () => undefined, error: () => undefined }
  const parts = {
    deps: { isOutage: (error: unknown) => error instanceof StoreUnavailable },
    desk: { find: () => Promise.resolve(party), admit } as unknown as Desk,
    request: { log } as unknown as FastifyRequest,
    ticket: {},
  } as unknown as BatchParts
  return (await takeBatch(parts, [item])).items
}

describe('the answer to a scan of a batch', () => {
  it('never lets the device forget people of whom there is no arrival', async () => {
    const without = { party, before: true, position: null }
    expect(await answered(() => Promise.resolve(without))).toMatchObject([
      { status: 'retry', checkInId: null, nonce: item.nonce },
    ])
  })

  it('asks for the scan again while nothing can be recorded', async () => {
    const failing = () => Promise.reject(new StoreUnavailable('down'))
    expect(await answered(failing)).toMatchObject([{ status: 'retry', checkInId: null }])
  })
})
