import { eventCategory, guestOf } from '../events/streams.ts'
import type { Log } from '../eventstore/log.ts'
import type { Position } from '../eventstore/port.ts'
import { emptyPicture, type Picture } from '../scoring/preview.ts'
import {
  evolveGuestScores,
  evolvePicture,
  PICTURED,
  SCORED_GUEST,
  type GuestScores,
  type Pictured,
  type ScoredGuest,
} from './preview-fold.ts'
import { decodeNumberCursor, pageOf } from './queries/cursor.ts'
import type { PageRequest, PreviewQueries, PreviewSource, ScoredGuests } from './queries/types.ts'

const READ = [...new Set([...PICTURED, ...SCORED_GUEST])]

const pictured: ReadonlySet<string> = new Set(PICTURED)
const ofGuest: ReadonlySet<string> = new Set(SCORED_GUEST)
const isPictured = (fact: Pictured | ScoredGuest): fact is Pictured => pictured.has(fact.type)
const isOfGuest = (fact: Pictured | ScoredGuest): fact is ScoredGuest => ofGuest.has(fact.type)

/** What the stream of an event says, by the folds of the projection `preview`. */
export interface Replayed {
  readonly picture: Picture
  readonly guests: ReadonlyMap<string, GuestScores>
}

/**
 * Reads the whole history of an event again. Memory is a page of the log and a few numbers a guest, however many
 * openings there are.
 * @param upTo last position that counts, default the end of the log
 * @throws UndecodableFact for a fact that this version cannot read
 */
export async function replay(
  log: Pick<Log, 'publicCategory'>,
  eventId: string,
  upTo?: Position,
): Promise<Replayed> {
  let picture = emptyPicture
  const guests = new Map<string, GuestScores>()
  for await (const page of log.publicCategory(eventCategory(eventId), READ)) {
    for (const fact of page) {
      if (upTo !== undefined && fact.position > upTo) return { picture, guests }
      if (isPictured(fact)) picture = evolvePicture(picture, fact)
      if (!isOfGuest(fact)) continue
      const { guestId } = guestOf(fact.stream)
      guests.set(guestId, evolveGuestScores(guests.get(guestId), fact))
    }
  }
  return { picture, guests }
}

/**
 * Answers previews from the stream itself. One replay at a time in a process, since each keeps a core busy; who asks for
 * an event that waits for its turn shares that replay.
 */
export function createReplays(
  log: Pick<Log, 'publicCategory'>,
  queries: Pick<PreviewQueries, 'names'>,
): (eventId: string) => Promise<PreviewSource> {
  const waiting = new Map<string, Promise<Replayed>>()
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (eventId: string): Promise<Replayed> => {
    const mine = last.then(() => {
      // From here on it is too late to join: what was recorded since would be missing.
      waiting.delete(eventId)
      return replay(log, eventId)
    })
    waiting.set(eventId, mine)
    last = mine.catch(() => undefined)
    return mine
  }
  return async (eventId) => {
    const { picture, guests } = await (waiting.get(eventId) ?? inTurn(eventId))
    return {
      picture,
      async guests(scores, page) {
        const found = pageOfGuests(guests, scores, page)
        const names = await queries.names(
          eventId,
          found.items.map(({ guestId }) => guestId),
        )
        const items = found.items.map((item) => ({ ...item, name: names.get(item.guestId) ?? null }))
        return { ...found, items }
      },
    }
  }
}

/** The page that the query of the projection gives. */
function pageOfGuests(
  guests: ReadonlyMap<string, GuestScores>,
  scores: readonly number[],
  { limit, cursor }: PageRequest,
): ScoredGuests {
  const after = cursor === undefined ? null : decodeNumberCursor(cursor)
  const wanted = new Set(scores)
  const all = [...guests].flatMap(([guestId, { worst, listed }]) =>
    listed && worst !== null && wanted.has(worst) ? [{ guestId, score: worst, name: null }] : [],
  )
  const rest = all.filter(({ guestId, score }) => {
    if (after === null) return true
    const last = Number(after.value)
    return score < last || (score === last && guestId < after.id)
  })
  const ordered = rest.toSorted((a, b) => b.score - a.score || (a.guestId < b.guestId ? 1 : -1))
  const page = pageOf(
    ordered.slice(0, limit + 1),
    limit,
    (item) => item,
    ({ guestId: id, score }) => ({ value: String(score), id }),
  )
  return { total: all.length, ...page }
}
