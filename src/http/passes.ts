import { LRUCache } from 'lru-cache'
import { SECOND } from '../kernel/time.ts'
import type { AppDeps } from './deps.ts'
import { awaitHead } from './fresh.ts'

/** Events whose codes are kept; 10,000 guests take about 2 MB. */
const CACHED_EVENTS = 20

/** How long a code that nobody has is looked up in vain before the guest list is read again, in milliseconds. */
const REREAD_AFTER = SECOND

interface Directory {
  readonly guestByCode: ReadonlyMap<string, string>
  readonly readAt: number
}

export interface Passes {
  /**
   * @returns the guest whose present pass this is, null for any other text
   * @throws DomainError `read_models_behind` when it cannot be told: a guest is not turned away for our delay
   */
  guestOf(eventId: string, typed: string): Promise<string | null>
}

/**
 * Finds guests by the code on their pass. Codes are derived, not stored: whoever reads the database or the log cannot
 * enter with what stands there.
 */
export function createPasses({
  tokens,
  readModels,
  head,
  clock,
}: Pick<AppDeps, 'tokens' | 'readModels' | 'head' | 'clock'>): Passes {
  const directories = new LRUCache<string, Directory>({ max: CACHED_EVENTS })
  /** Under way, by event: a whole list, and a derivation for each guest, is too much to do once for every scan of a rush. */
  const reading = new Map<string, Promise<Directory>>()

  async function read(eventId: string): Promise<Directory> {
    await awaitHead({ head, readModels })
    const links = await readModels.queries.guests.listLinks(eventId)
    const guestByCode = new Map<string, string>()
    for (const { guestId, linkVersion: version } of links) {
      for (const code of tokens.passCodes({ eventId, guestId, version })) guestByCode.set(code, guestId)
    }
    const directory = { guestByCode, readAt: clock.now() }
    directories.set(eventId, directory)
    return directory
  }

  function readOnce(eventId: string): Promise<Directory> {
    const running = reading.get(eventId) ?? read(eventId).finally(() => reading.delete(eventId))
    reading.set(eventId, running)
    return running
  }

  return {
    async guestOf(eventId, typed) {
      const code = tokens.normalisePassCode(typed)
      if (code === null) return null
      const known = directories.get(eventId)
      const guestId = known?.guestByCode.get(code)
      // A hit may be outdated: the caller compares the code with the guest's stream.
      if (guestId !== undefined) return guestId
      const age = known === undefined ? Infinity : clock.now() - known.readAt
      // Less than nothing once the clock was set back: guests with a new pass must not wait for it to come round again.
      if (age >= 0 && age < REREAD_AFTER) return null
      return (await readOnce(eventId)).guestByCode.get(code) ?? null
    },
  }
}
