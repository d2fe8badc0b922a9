import type { Manifest } from '@contracts/door-offline.ts'
import type { ManifestStore } from './manifest-store.ts'
import type { ScanQueue } from './queue.ts'
import { upload, type SendBatch, type Upload } from './upload.ts'

/** After a failure nothing is tried by itself for this long, in milliseconds; pretix's scanner has the same. */
export const BACK_OFF_MS = 30_000

export interface SyncParts {
  readonly store: ManifestStore
  readonly queue: ScanQueue
  readonly send: SendBatch
  /** Makes sure that the server answers: what was on its way to nobody cannot be taken back here any more. */
  readonly reach: () => Promise<void>
  readonly fetchManifest: (since?: string) => Promise<Manifest>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told of each batch that was answered. */
  readonly settled: (upload: Upload) => void
  /** Told after each answer with guests. */
  readonly learned: () => void
}

/** Brings the server and this device together: first what happened here, then what happened elsewhere. */
export class Sync {
  readonly #parts: SyncParts
  #running: Promise<void> | null = null
  #begunAnew = false

  constructor(parts: SyncParts) {
    this.#parts = parts
  }

  get running(): boolean {
    return this.#running !== null
  }

  /** One at a time: who asks meanwhile gets the one that runs. @throws ApiProblem or DOMException when there is no answer */
  run(): Promise<void> {
    this.#running ??= this.#once().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #once(): Promise<void> {
    const { store, queue, send, reach, settled } = this.#parts
    if (queue.unsent) await reach()
    await upload(queue, store.box, send, settled)
    await this.#download()
  }

  async #download(): Promise<void> {
    const { store } = this.#parts
    await this.#fetchFrom(store.roster?.head.cursor)
    const { roster } = store
    if (roster === null || roster.size === roster.head.total || this.#begunAnew) return
    await this.#fetchFrom(undefined)
    // Something was missed, for whatever reason. Once: a second time would come to the same.
    this.#begunAnew = true
  }

  async #fetchFrom(cursor: string | undefined): Promise<void> {
    const { store, queue, fetchManifest, learned, now } = this.#parts
    /** Guests of a list that begins anew, until it takes the place of the one that is here. */
    let anew: Manifest['guests'] | null = null
    let since = cursor
    for (let more = true; more;) {
      const answer = await fetchManifest(since)
      if (answer.reset && store.roster !== null) anew = []
      anew?.push(...answer.guests)
      since = answer.cursor
      more = answer.more
      if (anew !== null && more) continue
      const whole = anew === null ? answer : { ...answer, reset: true, guests: anew }
      await store.apply(whole, (guestId, told) => queue.inside(guestId, told), now())
      learned()
    }
  }
}
