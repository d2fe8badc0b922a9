import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { batchItem, type BatchAnswer } from '../../contracts/door-offline.ts'
import { refusal as refusalSchema } from '../../contracts/door.ts'
import type { Position } from '../../eventstore/port.ts'
import { DomainError } from '../../kernel/errors.ts'
import { inParallel } from '../../kernel/parallel.ts'
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
type Outcome = Pick<Answer, 'status'> & Partial<Answer>

interface Settled extends Outcome {
  readonly position?: Position | null
}

/** Guests whose scans are recorded at the same time; those of one guest follow each other. */
const AT_ONCE = 16

/**
 * Records the scans of a queue, each by itself: what one comes to says nothing of the others. Scans of one guest are taken in
 * the order of the queue.
 * @returns the answers in the order of the items, and the last position that was written
 */
export async function takeBatch(
  parts: BatchParts,
  items: readonly unknown[],
): Promise<{ items: Answer[]; position: Position | null }> {
  const answers = new Array<Answer>(items.length)
  let position: Position | null = null
  const lines = linesOf(items.map((item, index) => ({ index, parsed: batchItem.safeParse(item) })))
  await inParallel(lines, AT_ONCE, async (line) => {
    for (const { index, parsed } of line) {
      const { position: written = null, ...outcome } = parsed.success
        ? await take(parts, parsed.data).catch((error: unknown) => failed(parts, error))
        : malformed(parsed.error)
      if (written !== null && (position === null || written > position)) position = written
      const nonce = parsed.success ? parsed.data.nonce : nonceOf(items[index])
      answers[index] = { index, nonce, result: null, checkInId: null, reason: null, detail: null, ...outcome }
    }
  })
  return { items: answers, position }
}

interface Read {
  readonly index: number
  readonly parsed: ReturnType<typeof batchItem.safeParse>
}

/** What shows the same pass, code or id follows each other. (The same guest shown in two ways is decided in its stream.) */
function linesOf(reads: readonly Read[]): Read[][] {
  const lines = new Map<string, Read[]>()
  for (const read of reads) {
    const item = read.parsed.data
    const key = item?.pass ?? item?.code ?? item?.guestId ?? `#${String(read.index)}`
    const line = lines.get(key) ?? []
    line.push(read)
    lines.set(key, line)
  }
  return [...lines.values()]
}

async function take(parts: BatchParts, item: Item): Promise<Settled> {
  const { deviceId, nonce, scannedAt, arrivalCount } = item
  const scan: ScanOf = { deviceId, nonce, scannedAt, offline: true }
  if (item.walkIn !== undefined) {
    return admitted(await walkIn(parts, { name: item.walkIn.name, arrivalCount, ...scan }), nonce)
  }
  const found = await parts.desk.find(parts.ticket, item)
  if (found.kind === 'stranger') return strangerOutcome(parts, item, found, scan)
  switch (item.outcome) {
    case 'admitted': {
      const { arrivedBefore = null } = item
      const admission = { arrivalCount, via: found.via, arrivedBefore }
      return admitted(await parts.desk.admit(parts.request, found, scan, admission), nonce)
    }
    case 'refused':
      return refused(parts, item, found, scan)
    case 'turned_away': {
      const { reason = 'other', note = null } = item
      await parts.desk.turnAway(parts.request, found, scan, { reason, note })
      return { status: 'accepted' }
    }
  }
}

/** @throws Error when there is no such arrival: the device keeps the scan rather than forget people who are inside */
function admitted({ party, before, position }: Recorded, nonce: string): Settled {
  const { result, checkInId, reason } = checkInView(party, nonce)
  if (checkInId === null) throw new Error(`the guest has no arrival with the nonce ${nonce}`)
  const kind = result === 'conflict' ? 'conflict' : 'accepted'
  return {
    status: before ? 'duplicate' : kind,
    result,
    checkInId,
    reason: result === 'conflict' ? (reason as Answer['reason']) : null,
    position,
  }
}

async function refused(
  { desk, request }: BatchParts,
  item: Item,
  found: Party,
  scan: ScanOf,
): Promise<Settled> {
  const said = refusalSchema.safeParse(item.refusal)
  await desk.refuse(request, found, scan, said.success ? said.data : null)
  return { status: 'accepted' }
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

function malformed({ issues: [issue] }: z.ZodError): Settled {
  const where = issue === undefined || issue.path.length === 0 ? '' : ` ${issue.path.map(String).join('.')}:`
  const what = issue?.message ?? 'it is of no known form'
  return { status: 'rejected', reason: 'malformed', detail: `This scan cannot be read:${where} ${what}.` }
}

const nonceShape = z.object({ nonce: z.string().max(64) })

function nonceOf(item: unknown): string | null {
  const read = nonceShape.safeParse(item)
  return read.success ? read.data.nonce : null
}

/** What can be another time is kept by the device; all else will be the same for ever. */
function failed({ deps, request }: BatchParts, error: unknown): Settled {
  const retry = { status: 'retry', detail: 'This could not be recorded now.' } as const
  if (!(error instanceof DomainError)) {
    request.log[deps.isOutage(error) ? 'warn' : 'error']({ err: error }, 'a scan of a batch was not recorded')
    return retry
  }
  const { kind, code, message: detail } = error
  if (kind === 'unavailable' || kind === 'too_many' || code === 'busy') return retry
  return { status: 'rejected', reason: code === 'walk_ins_off' ? code : 'refused', detail }
}
