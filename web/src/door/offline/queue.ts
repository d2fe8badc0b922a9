import type { BatchAnswer, BatchItem, MAX_BATCH } from '@contracts/door-offline.ts'
import type { DoorDatabase, Notice, QueuedScan } from './database.ts'
import type { SealedBox } from './sealed-box.ts'

/** Most scans of one request. */
const BATCH: typeof MAX_BATCH = 100

/** What a walk-in is called whose name was sealed with a ticket that is gone. */
const NAMELESS = 'Walk-in'

/** A scan for the queue. */
export interface NewScan {
  readonly item: BatchItem
  readonly guestId: string | null
}

/**
 * The scans of one event that the server does not know of yet, in the order in which they were made. They outlive the page,
 * the ticket and the manifest.
 */
export class ScanQueue {
  readonly #database: DoorDatabase
  readonly #eventId: string
  /** Mirror of the stored queue, so that counts need no waiting. */
  #waiting: QueuedScan[] = []
  #sending = new Set<string>()

  private constructor(database: DoorDatabase, eventId: string) {
    this.#database = database
    this.#eventId = eventId
  }

  static async open(database: DoorDatabase, eventId: string): Promise<ScanQueue> {
    const queue = new ScanQueue(database, eventId)
    const all = await database.getAll('queue')
    queue.#waiting = all.filter((scan) => scan.eventId === eventId)
    return queue
  }

  get size(): number {
    return this.#waiting.length
  }

  has(nonce: string): boolean {
    return this.#waiting.some((scan) => scan.nonce === nonce)
  }

  /** People of a guest who were let in here and are not known to the server. */
  waitingFor(guestId: string): number {
    return this.#waiting
      .filter((scan) => scan.guestId === guestId && scan.item.outcome === 'admitted')
      .reduce((sum, { item }) => sum + (item.arrivalCount ?? 1), 0)
  }

  /** Keeps a scan on the device; only then it may be shown. The name of a walk-in is sealed where that is possible. */
  async put({ item, guestId }: NewScan, box: SealedBox | null): Promise<void> {
    const { nonce, walkIn } = item
    const sealedName = walkIn === undefined || box === null ? null : await box.seal(nonce, walkIn.name)
    const kept = sealedName === null ? item : { ...item, walkIn: { name: NAMELESS } }
    const scan = { eventId: this.#eventId, nonce, guestId, item: kept, sealedName }
    const seq = await this.#database.add('queue', scan)
    this.#waiting.push({ ...scan, seq })
  }

  /**
   * Takes a scan back before it was sent.
   * @returns what was taken back; null when it is being sent or was sent, so that the server has to be asked
   */
  async takeBack(nonce: string): Promise<QueuedScan | null> {
    const scan = this.#waiting.find((one) => one.nonce === nonce)
    if (scan === undefined || this.#sending.has(nonce)) return null
    await this.#forget([scan])
    return scan
  }

  /** The next scans to send, and marks them as being sent. @param after sequence number of the last one before */
  claim(after: number): readonly QueuedScan[] {
    const next = this.#waiting.filter(({ seq = 0 }) => seq > after).slice(0, BATCH)
    for (const { nonce } of next) this.#sending.add(nonce)
    return next
  }

  /** They are no longer being sent, whatever came of it. */
  release(scans: readonly QueuedScan[]): void {
    for (const { nonce } of scans) this.#sending.delete(nonce)
  }

  /** The scan as it is sent. */
  async itemOf({ item, nonce, sealedName }: QueuedScan, box: SealedBox | null): Promise<BatchItem> {
    if (sealedName === null || box === null) return item
    const name = await box.open<string>(nonce, sealedName).catch(() => NAMELESS)
    return { ...item, walkIn: { name } }
  }

  /** Takes the answers in: what is settled leaves the queue, and what people have to be told is kept as a notice. */
  async settle(scans: readonly QueuedScan[], answers: BatchAnswer['items']): Promise<Notice[]> {
    const pairs = scans.flatMap((scan, at) => {
      const answer = answers[at]
      return answer === undefined || answer.status === 'retry' ? [] : [{ scan, answer }]
    })
    const notices = pairs.flatMap(({ scan, answer }) => {
      const { status, reason, detail } = answer
      return status === 'rejected' || status === 'conflict' ? [noticeOf(scan, status, reason, detail)] : []
    })
    await this.#forget(
      pairs.map(({ scan }) => scan),
      notices,
    )
    return notices
  }

  /** In one transaction: a scan is never in neither place. */
  async #forget(scans: readonly QueuedScan[], notices: readonly Notice[] = []): Promise<void> {
    const writing = this.#database.transaction(['queue', 'notices'], 'readwrite')
    await Promise.all([
      ...scans.flatMap(({ seq }) => (seq === undefined ? [] : [writing.objectStore('queue').delete(seq)])),
      ...notices.map((notice) => writing.objectStore('notices').put(notice)),
      writing.done,
    ])
    const gone = new Set(scans.map(({ nonce }) => nonce))
    this.#waiting = this.#waiting.filter(({ nonce }) => !gone.has(nonce))
  }

  async notices(): Promise<Notice[]> {
    const all = await this.#database.getAll('notices')
    return all
      .filter(({ eventId }) => eventId === this.#eventId)
      .sort((one, other) => (one.scannedAt < other.scannedAt ? 1 : -1))
  }

  /** People have seen it. */
  async dismiss(nonce: string): Promise<void> {
    await this.#database.delete('notices', nonce)
  }
}

function noticeOf(
  { nonce, eventId, guestId, item }: QueuedScan,
  kind: Notice['kind'],
  reason: string | null,
  detail: string | null,
): Notice {
  const count = item.outcome === 'admitted' ? (item.arrivalCount ?? 1) : 0
  return { nonce, eventId, kind, guestId, count, scannedAt: item.scannedAt, reason, detail }
}
