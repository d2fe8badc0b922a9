import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { batchItem, BatchAnswer } from '../../contracts/door-offline.ts'
import { refusal as refusalSchema } from '../../contracts/door.ts'
import type { Position } from '../../eventstore/port.ts'
import type { AppDeps } from '../deps.ts'
import { checkInView } from '../views/door.ts'
import { strangerError, type Desk, type Recorded, type ScanOf } from './desk.ts'
import type { Party, Stranger } from './party.ts'
import type { Ticket } from './ticket.ts'
import { walkIn } from './walk-in.ts'

export interface BatchParts {
  readonly deps: AppDeps
  readonly desk: Desk
  readonly request: FastifyRequest
  readonly ticket: Ticket
}

type Item = z.output<typeof batchItem>
type Answer = BatchAnswer['items'][number]

/** What became of an item; what an answer has beside it is null. */
export interface Settled extends Partial<Answer> {
  readonly status: Answer['status']
  readonly position?: Position | null
}

const scanOf = ({ deviceId, nonce, scannedAt, ticketId }: Item): ScanOf => ({
  ...{ deviceId, nonce, scannedAt, ticketId },
  offline: true,
})

/** Records somebody who was added at the door. @throws as `walkIn` does */
export async function takeWalkIn(parts: BatchParts, item: Item, name: string): Promise<Settled> {
  const { arrivalCount, nonce } = item
  return admitted(await walkIn(parts, { name, arrivalCount, ...scanOf(item) }), nonce)
}

/**
 * Records what a device decided about somebody.
 * @param found whom the scan leads to
 * @throws DomainError of the decider, StoreUnavailable
 */
export async function takeScan(parts: BatchParts, item: Item, found: Party | Stranger): Promise<Settled> {
  const { desk, request } = parts
  const scan = scanOf(item)
  if (found.kind === 'stranger') return strangerOutcome(parts, item, found, scan)
  switch (item.outcome) {
    case 'admitted': {
      const { arrivalCount, arrivedBefore = null } = item
      const admission = { arrivalCount, via: found.via, arrivedBefore }
      return admitted(await desk.admit(request, found, scan, admission), item.nonce)
    }
    case 'refused': {
      const said = refusalSchema.safeParse(item.refusal)
      await desk.refuse(request, found, scan, said.success ? said.data : null)
      return { status: 'accepted' }
    }
    case 'turned_away': {
      const { reason = 'other', note = null } = item
      await desk.turnAway(request, found, scan, { reason, note })
      return { status: 'accepted' }
    }
  }
}

/** @throws Error when there is no such arrival: the device keeps the scan rather than forget people who are inside */
function admitted({ party, before, position }: Recorded, nonce: string): Settled {
  const { result, checkInId, reason, refusal } = checkInView(party, nonce)
  if (checkInId === null) throw new Error(`the guest has no arrival with the nonce ${nonce}`)
  const kind = result === 'conflict' ? 'conflict' : 'accepted'
  return {
    status: before ? 'duplicate' : kind,
    result,
    checkInId,
    reason: result === 'conflict' ? (reason as Answer['reason']) : null,
    refusal,
    position,
  }
}

/** Nobody of this event: a refusal is recorded as one, an arrival would be nobody's. */
async function strangerOutcome(
  { desk, request }: BatchParts,
  item: Item,
  stranger: Stranger,
  scan: ScanOf,
): Promise<Settled> {
  await desk.recordStranger(request, stranger, scan)
  if (item.outcome === 'refused') return { status: 'accepted' }
  const { reason } = stranger
  return { status: 'rejected', reason, detail: strangerError(reason).message }
}
