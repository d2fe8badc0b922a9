import type { BatchAnswer, BatchItem, MAX_BATCH } from '@contracts/door-offline.ts'
import type { Database, Notice, QueuedScan, StoredScan } from './database.ts'
import type { SealedBox } from './sealed-box.ts'

/** Most scans of one request. */
const BATCH: typeof MAX_BATCH = 100

/** What a walk-in is called whose name was sealed with a ticket that is gone. */
const NAMELESS = 'Walk-in'

type Answer = BatchAnswer['items'][number]

/** A scan for the queue. */
export interface NewScan {
  readonly item: BatchItem
  readonly guestId: string | null
  /** See `QueuedScan`. */
  readonly asked: boolean
}

/**
 * The scans of one event that the server does not know of yet, in the order in which they were made. They outlive the page,
 * the ticket and the manifest.
 */
export class ScanQueue {
  readonly #database: Database
  readonly #eventId: string
  /** Mirror of the stored queue, so that counts need no waiting. */
  #waiting: QueuedScan[] = []
  #elsewhere = 0

  private constructor(database: Database, eventId: string) {
    this.#database = database
    this.#eventId = eventId
  }

  static async open(database: Database, eventId: string): Promise<ScanQueue> {
    const queue = new ScanQueue(database, eventId)
    const all = await (await database()).getAll('queue')
    queue.#waiting = all.filter((scan) => scan.eventId === eventId).map(upcast)
    queue.#elsewhere = all.length - queue.#waiting.length
    return queue
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Whether a scan waits that was never sent. */
  get unsent(): boolean {
    return this.#waiting.some(({ asked }) => !asked)
  }

  /** Scans of other events that wait on this device for a ticket of theirs. */
  get elsewhere(): number {
    return this.#elsewhere
  }

  has(nonce: string): boolean {
    return this.#waiting.some((scan) => scan.nonce === nonce)
  }

  /** People who were added here and wait to be sent: they take seats of which the server does not know, or may not. */
  get added(): number {
    return this.#waiting.reduce((sum, { item }) => sum + (item.walkIn === undefined ? 0 : countOf(item)), 0)
  }

  /** Whether an arrival of a guest waits. */
  waitsFor(guestId: string): boolean {
    return this.#arrivalsOf(guestId).length > 0
  }

  /**
   * How many of a party are inside. What never left the device is added to what the server says; of what the server may have,
   * nobody knows whether its figure contains it: then it is that figure, and at least what this device knew.
   * @param told the server's figure
   */
  inside(guestId: string, told: number): number {
    const arrivals = this.#arrivalsOf(guestId)
    const unsent = arrivals.filter(({ asked }) => !asked).reduce((sum, { item }) => sum + countOf(item), 0)
    const known = arrivals
      .filter(({ asked }) => asked)
      .map(({ item }) => (item.arrivedBefore ?? 0) + countOf(item))
    return Math.max(told + unsent, ...known)
  }

  #arrivalsOf(guestId: string): QueuedScan[] {
    return this.#waiting.filter((scan) => scan.guestId === guestId && scan.item.outcome === 'admitted')
  }

  /**
   * Keeps a scan on the device; only then it may be shown. What was scanned, and the name of a walk-in, are sealed.
   * @returns false when the scan was in the queue already
   */
  async put({ item, guestId, asked }: NewScan, box: SealedBox | null): Promise<boolean> {
    const { nonce } = item
    if (this.has(nonce)) return false
    const sealed = box === null ? null : await box.seal(nonce, item)
    const open = sealed === null ? item : bare(item, guestId)
    const scan = { eventId: this.#eventId, nonce, guestId, item: open, asked, sealed }
    // Chrome would call it done while it is on its way to the disk; a phone whose battery ends must not forget who is inside.
    const writing = (await this.#database()).transaction('queue', 'readwrite', { durability: 'strict' })
    // There already when the browser closed the storage between the write and the word that it was done.
    const seq = (await writing.store.index('byNonce').getKey(nonce)) ?? (await writing.store.add(scan))
    await writing.done
    this.#waiting.push({ ...scan, seq })
    return true
  }

  /**
   * Takes a scan back that never left the device.
   * @returns what was taken back; null when the server may have it, so that it has to be asked
   */
  async takeBack(nonce: string): Promise<QueuedScan | null> {
    const scan = this.#waiting.find((one) => one.nonce === nonce)
    if (scan === undefined || scan.asked) return null
    // Out of sight at once: nothing may send it meanwhile.
    this.#waiting = this.#waiting.filter((one) => one !== scan)
    if (await this.#deleteUnsent(scan).catch(() => false)) return scan
    this.#waiting = [...this.#waiting, { ...scan, asked: true }].sort(inOrder)
    return null
  }

  /** @returns false when it was sent by another tab meanwhile */
  async #deleteUnsent({ seq = 0 }: QueuedScan): Promise<boolean> {
    const writing = (await this.#database()).transaction('queue', 'readwrite')
    const unsent = (await writing.store.get(seq))?.asked === false
    if (unsent) await writing.store.delete(seq)
    await writing.done
    return unsent
  }

  /**
   * The next scans to send, which from now on the server may have, whatever comes of it.
   * @param after sequence number of the last one before
   */
  async claim(after: number): Promise<readonly QueuedScan[]> {
    const next = this.#waiting
      .filter(({ seq = 0 }) => seq > after)
      .slice(0, BATCH)
      .map((scan) => ({ ...scan, asked: true }))
    const nonces = new Set(next.map(({ nonce }) => nonce))
    const unmarked = this.#waiting.filter(({ nonce, asked }) => nonces.has(nonce) && !asked)
    this.#waiting = this.#waiting.map((scan) => (nonces.has(scan.nonce) ? { ...scan, asked: true } : scan))
    // They are sent also when the mark cannot be kept.
    if (unmarked.length > 0) await this.#mark(unmarked).catch(() => undefined)
    return next
  }

  async #mark(scans: readonly QueuedScan[]): Promise<void> {
    const writing = (await this.#database()).transaction('queue', 'readwrite')
    await Promise.all([...scans.map((scan) => writing.store.put({ ...scan, asked: true })), writing.done])
  }

  /** The scan as it is sent. Where the ticket that sealed it is gone, what lies open has to do. */
  async itemOf(
    { item, nonce, sealed, sealedName = null }: QueuedScan,
    box: SealedBox | null,
  ): Promise<BatchItem> {
    if (box === null) return item
    if (sealed !== null) return box.open<BatchItem>(nonce, sealed).catch(() => item)
    if (sealedName === null) return item
    const name = await box.open<string>(nonce, sealedName).catch(() => NAMELESS)
    return { ...item, walkIn: { name } }
  }

  /** Takes the answers in: what is settled leaves the queue, and what people have to be told is kept as a notice. */
  async settle(scans: readonly QueuedScan[], answers: readonly Answer[]): Promise<Notice[]> {
    const pairs = scans.flatMap((scan, at) => {
      const answer = answers[at]
      return answer === undefined || answer.status === 'retry' ? [] : [{ scan, answer }]
    })
    const notices = pairs.flatMap(({ scan, answer }) => {
      const kind = noticeKindOf(answer)
      return kind === null ? [] : [noticeOf(scan, kind, answer)]
    })
    await this.#forget(
      pairs.map(({ scan }) => scan),
      notices,
    )
    return notices
  }

  /** In one transaction: a scan is never in neither place. */
  async #forget(scans: readonly QueuedScan[], notices: readonly Notice[] = []): Promise<void> {
    const writing = (await this.#database()).transaction(['queue', 'notices'], 'readwrite')
    await Promise.all([
      ...scans.flatMap(({ seq }) => (seq === undefined ? [] : [writing.objectStore('queue').delete(seq)])),
      ...notices.map((notice) => writing.objectStore('notices').put(notice)),
      writing.done,
    ])
    const gone = new Set(scans.map(({ nonce }) => nonce))
    this.#waiting = this.#waiting.filter(({ nonce }) => !gone.has(nonce))
  }

  async notices(): Promise<Notice[]> {
    const all = await (await this.#database()).getAll('notices')
    return all
      .filter(({ eventId }) => eventId === this.#eventId)
      .sort((one, other) => (one.scannedAt < other.scannedAt ? 1 : -1))
  }

  /** @returns the name of the walk-in that a notice is about, null for everybody else */
  async walkInOf({ nonce, sealed = null }: Notice, box: SealedBox | null): Promise<string | null> {
    if (sealed === null) return null
    const item = await box?.open<BatchItem>(nonce, sealed).catch(() => null)
    return item?.walkIn?.name ?? NAMELESS
  }

  /** People have seen it. */
  async dismiss(nonce: string): Promise<void> {
    const database = await this.#database()
    await database.delete('notices', nonce)
  }
}

const countOf = ({ arrivalCount = 1 }: BatchItem): number => arrivalCount

const inOrder = (one: QueuedScan, other: QueuedScan): number => (one.seq ?? 0) - (other.seq ?? 0)

/** Where nothing is said of it, the server may have the scan. */
const upcast = (scan: StoredScan): QueuedScan => ({
  ...scan,
  asked: scan.asked ?? true,
  sealed: scan.sealed ?? null,
})

/** What may lie open of a scan: enough to say later who came in, without pass, code and name. */
function bare({ pass: _pass, code: _code, walkIn, ...item }: BatchItem, guestId: string | null): BatchItem {
  if (walkIn !== undefined) return { ...item, walkIn: { name: NAMELESS } }
  return guestId === null ? item : { ...item, guestId }
}

/** The first answer may have been lost: a conflict is one also when it is answered for the second time. */
function noticeKindOf({ status, result }: Answer): Notice['kind'] | null {
  if (status === 'rejected') return status
  return status === 'conflict' || result === 'conflict' ? 'conflict' : null
}

function noticeOf(
  { nonce, eventId, guestId, item, sealed }: QueuedScan,
  kind: Notice['kind'],
  { reason, refusal, detail }: Answer,
): Notice {
  const count = item.outcome === 'admitted' ? countOf(item) : 0
  const notice = { nonce, eventId, kind, guestId, count, scannedAt: item.scannedAt, reason, refusal, detail }
  return item.walkIn === undefined ? notice : { ...notice, sealed }
}
