import { z } from 'zod'
import { batchItem, type BatchAnswer } from '../../contracts/door-offline.ts'
import { RecordTooLarge, type Position } from '../../eventstore/port.ts'
import { DomainError } from '../../kernel/errors.ts'
import { inParallel } from '../../kernel/parallel.ts'
import { takeScan, takeWalkIn, type BatchParts, type Settled } from './batch-item.ts'

type Answer = BatchAnswer['items'][number]

/** Guests whose scans are recorded at the same time; those of one guest follow each other. */
const AT_ONCE = 16

/** One item of a batch, that waits to be recorded. */
interface Turn {
  readonly index: number
  readonly nonce: string | null
  /** The guest, however shown; else what was shown. */
  readonly whose: string
  /** @param first of its guest in this batch: nothing has changed since the guest was looked up */
  readonly record: (first: boolean) => Promise<Settled>
}

/**
 * Records the scans of a queue, each by itself: what one comes to says nothing of the others. Scans of one guest are taken in
 * the order of the queue; behind one that has to be sent again so have those that follow it.
 * @returns the answers in the order of the items, and the last position that was written
 */
export async function takeBatch(
  parts: BatchParts,
  items: readonly unknown[],
): Promise<{ items: Answer[]; position: Position | null }> {
  const answers = new Array<Answer>(items.length)
  let position: Position | null = null
  const turns = await inParallel(items, AT_ONCE, (item, index) => turnOf(parts, item, index))
  const lines = [...Map.groupBy(turns, ({ whose }) => whose).values()]
  await inParallel(lines, AT_ONCE, async (line) => {
    let halted = false
    for (const { index, nonce, record } of line) {
      const first = line[0]?.index === index
      const settled: Settled = halted
        ? RETRY
        : await record(first).catch((error: unknown) => failed(parts, error))
      const { position: written = null, ...outcome } = settled
      halted ||= outcome.status === 'retry'
      if (written !== null && (position === null || written > position)) position = written
      answers[index] = { index, nonce, ...NOTHING, ...outcome }
    }
  })
  return { items: answers, position }
}

/** Reads an item and looks up whose it is. */
async function turnOf(parts: BatchParts, raw: unknown, index: number): Promise<Turn> {
  const { data: item, error } = batchItem.safeParse(raw)
  const alone = `#${String(index)}`
  if (item === undefined) {
    const settled = malformed(error)
    return { index, nonce: nonceOf(raw), whose: alone, record: () => Promise.resolve(settled) }
  }
  const { nonce, pass, code, guestId, walkIn } = item
  if (walkIn !== undefined) {
    return { index, nonce, whose: alone, record: () => takeWalkIn(parts, item, walkIn.name) }
  }
  const find = () => parts.desk.find(parts.ticket, item)
  const shown = pass ?? code ?? guestId ?? alone
  const found = find()
  const whose = await found.then(
    (party) => (party.kind === 'party' ? party.guestId : shown),
    () => shown,
  )
  const record = async (first: boolean) => takeScan(parts, item, await (first ? found : find()))
  return { index, nonce, whose, record }
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

const RETRY: Settled = { status: 'retry', detail: 'This could not be recorded now.' }

/** What an answer says that has nothing to say. */
const NOTHING = { result: null, checkInId: null, reason: null, refusal: null, detail: null } as const

/** What can be another time is kept by the device; all else will be the same for ever. */
function failed({ deps, request }: BatchParts, error: unknown): Settled {
  if (error instanceof RecordTooLarge) {
    request.log.error({ err: error }, 'a scan of a batch is too large to be recorded')
    return { status: 'rejected', reason: 'refused', detail: 'This scan is too large to be recorded.' }
  }
  if (!(error instanceof DomainError)) {
    request.log[deps.isOutage(error) ? 'warn' : 'error']({ err: error }, 'a scan of a batch was not recorded')
    return RETRY
  }
  const { kind, code, message: detail } = error
  if (kind === 'unavailable' || kind === 'too_many' || code === 'busy') return RETRY
  return { status: 'rejected', reason: code === 'walk_ins_off' ? code : 'refused', detail }
}
