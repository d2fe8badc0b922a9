import type { BatchAnswer, BatchItem } from '@contracts/door-offline.ts'
import { ApiProblem, unexpected } from '@shared/api/problem.ts'
import type { Notice, QueuedScan } from './database.ts'
import type { ScanQueue } from './queue.ts'
import type { SealedBox } from './sealed-box.ts'

type Answers = BatchAnswer['items']
/** Sends a batch. @throws ApiProblem */
export type SendBatch = (items: readonly BatchItem[]) => Promise<Answers>

/** What became of one scan of the queue. */
export interface Sent {
  readonly scan: QueuedScan
  readonly answer: Answers[number]
}

export interface Upload {
  readonly sent: readonly Sent[]
  readonly notices: readonly Notice[]
}

/**
 * Sends the queue in its order. Each scan is sent once; those that the server wants again stay for the next time, and
 * hold up nobody.
 * @throws ApiProblem when a request failed as a whole; what was answered before is settled
 */
export async function upload(
  queue: ScanQueue,
  box: SealedBox | null,
  send: SendBatch,
  settled: (upload: Upload) => void,
): Promise<void> {
  let after = 0
  for (let scans = await queue.claim(after); scans.length > 0; scans = await queue.claim(after)) {
    const items = await Promise.all(scans.map((scan) => queue.itemOf(scan, box)))
    const answers = await sendAll(items, send)
    const notices = await queue.settle(scans, answers)
    const sent = scans.flatMap((scan, at) => {
      const answer = answers[at]
      return answer === undefined ? [] : [{ scan, answer }]
    })
    settled({ sent, notices })
    after = scans.at(-1)?.seq ?? Infinity
  }
}

/**
 * A batch that is refused as a whole (malformed, or too large) is halved until what is wrong stands alone: the one scan that
 * nobody takes must not hold up the others.
 */
async function sendAll(items: readonly BatchItem[], send: SendBatch): Promise<Answers> {
  try {
    return await send(items)
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem) || !isRefusal(thrown)) throw thrown
    if (items.length === 1) return [rejected(items[0]?.nonce ?? null, thrown)]
    const middle = Math.ceil(items.length / 2)
    return [...(await sendAll(items.slice(0, middle), send)), ...(await sendAll(items.slice(middle), send))]
  }
}

/** Of the API itself: what a proxy thinks of a request says nothing of its scans. */
const isRefusal = ({ status, code }: ApiProblem): boolean =>
  (status === 400 || status === 413) && code !== unexpected

const rejected = (nonce: string | null, { message }: ApiProblem): Answers[number] => ({
  index: 0,
  nonce,
  status: 'rejected',
  result: null,
  checkInId: null,
  reason: 'malformed',
  detail: message,
})
