import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { RecordTooLarge, StoreUnavailable } from '../../src/eventstore/port.ts'
import { takeBatch } from '../../src/http/door/batch.ts'
import type { BatchParts } from '../../src/http/door/batch-item.ts'
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

/** What a batch is answered when recording its arrivals comes to this. */
async function answered(admit: Desk['admit'], ...items: readonly object[]) {
  const log = { warn: () => undefined, error: () => undefined }
  const parts = {
    deps: { isOutage: (error: unknown) => error instanceof StoreUnavailable },
    desk: { find: () => Promise.resolve(party), admit } as unknown as Desk,
    request: { log } as unknown as FastifyRequest,
    ticket: {},
  } as unknown as BatchParts
  return (await takeBatch(parts, items)).items
}

describe('the answer to a scan of a batch', () => {
  it('never lets the device forget people of whom there is no arrival', async () => {
    const nothing: Recorded = { party, before: true, position: null }
    expect(await answered(() => Promise.resolve(nothing), item)).toMatchObject([
      { status: 'retry', checkInId: null, nonce: item.nonce },
    ])
  })

  it('says of what can never be recorded that it cannot', async () => {
    const admit = () => Promise.reject(new RecordTooLarge('event.1-guest.1', 2_000_000))
    expect(await answered(admit, item)).toMatchObject([
      { status: 'rejected', reason: 'refused', detail: 'This scan is too large to be recorded.' },
    ])
  })

  it('asks for the scan again while nothing can be recorded, and for those of the guest that follow', async () => {
    const tried: string[] = []
    const admit: Desk['admit'] = (_request, _party, { nonce }) => {
      tried.push(nonce)
      return Promise.reject(new StoreUnavailable('down'))
    }
    const answers = await answered(admit, item, { ...item, nonce: 'nonce-0002' })
    expect(answers.map(({ nonce, status }) => [nonce, status])).toEqual([
      ['nonce-0001', 'retry'],
      ['nonce-0002', 'retry'],
    ])
    expect(tried).toEqual(['nonce-0001'])
  })
})
