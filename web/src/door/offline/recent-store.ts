import type { RecentScan } from '../desk.ts'
import type { Database } from './database.ts'
import { recentKeyOf, type ManifestStore } from './manifest-store.ts'

/** Name under which the list is sealed. */
const NAME = 'recent'

/** The last scans of this device, so that one can be taken back after the page was reloaded too; sealed as guests are. */
export class RecentStore {
  readonly #database: Database
  readonly #store: ManifestStore
  readonly #eventId: string
  #list: readonly RecentScan[] = []
  #writing: Promise<void> = Promise.resolve()

  private constructor(database: Database, store: ManifestStore, eventId: string) {
    this.#database = database
    this.#store = store
    this.#eventId = eventId
  }

  /** What cannot be read was of another ticket, and is of no use to this one. */
  static async open(database: Database, store: ManifestStore, eventId: string): Promise<RecentStore> {
    const recent = new RecentStore(database, store, eventId)
    recent.#list = await recent.#read().catch(() => [])
    return recent
  }

  get list(): readonly RecentScan[] {
    return this.#list
  }

  /** Keeps the list in place of the one before. That it cannot be kept stops nothing: it is a comfort. */
  keep(list: readonly RecentScan[]): Promise<void> {
    this.#list = list
    // One after the other: the newest has to be the last.
    this.#writing = this.#writing.then(() => this.#write()).catch(() => undefined)
    return this.#writing
  }

  async #read(): Promise<readonly RecentScan[]> {
    const { box } = this.#store
    const sealed = await (await this.#database()).get('records', recentKeyOf(this.#eventId))
    if (box === null || sealed === undefined) return []
    const kept = await box.open<readonly RecentScan[]>(NAME, sealed)
    // Of an undo that was under way nobody knows how it ended: it can be asked for again.
    return kept.map((scan) => (scan.undo === 'running' ? { ...scan, undo: 'possible' } : scan))
  }

  async #write(): Promise<void> {
    const sealed = await this.#store.box?.seal(NAME, this.#list)
    if (sealed === undefined) return
    const database = await this.#database()
    await database.put('records', sealed, recentKeyOf(this.#eventId))
  }
}
