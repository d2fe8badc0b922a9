import type { ActivityItem } from '@contracts/activity.ts'

/**
 * What the monitor knows: `shown` is on the screen, `waiting` is held back while the reader must not be disturbed.
 * Both newest first. `position` is the newest position seen, decimal; a reconnection goes on from it.
 */
export interface Feed {
  readonly shown: readonly ActivityItem[]
  readonly waiting: readonly ActivityItem[]
  readonly position: string
}

/** Rows kept in the page; older ones are a "Show earlier" away. About 1 KB each. */
export const keptAtMost = 1_000

export const emptyFeed: Feed = { shown: [], waiting: [], position: '0' }

const keyOf = (item: ActivityItem): string => `${item.kind}:${item.id}`

const later = (a: string, b: string): string => (BigInt(a) > BigInt(b) ? a : b)

/** By when it happened; the position is that of the last thing told of it, such as a verdict, which moves nothing. */
const byNewest = (a: ActivityItem, b: ActivityItem): number => {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1
  const [left, right] = [BigInt(a.position), BigInt(b.position)]
  return left === right ? 0 : left < right ? 1 : -1
}

const replaced = (list: readonly ActivityItem[], item: ActivityItem): readonly ActivityItem[] =>
  list.map((known) => (keyOf(known) === keyOf(item) ? item : known))

const knows = (list: readonly ActivityItem[], item: ActivityItem): boolean =>
  list.some((known) => keyOf(known) === keyOf(item))

const added = (list: readonly ActivityItem[], item: ActivityItem): readonly ActivityItem[] =>
  [...list, item].sort(byNewest).slice(0, keptAtMost)

/** A feed that starts with a page of the activity and the position it was read at. */
export function startFeed(items: readonly ActivityItem[], head: string): Feed {
  return { shown: [...items].sort(byNewest), waiting: [], position: head }
}

/**
 * Takes one item of the live feed. An item that is known already (sent again after a reconnection, or scored late)
 * takes the place of the old one and moves nothing.
 */
export function receive(feed: Feed, item: ActivityItem, held: boolean): Feed {
  const position = later(feed.position, item.position)
  if (knows(feed.shown, item)) return { ...feed, shown: replaced(feed.shown, item), position }
  if (knows(feed.waiting, item)) return { ...feed, waiting: replaced(feed.waiting, item), position }
  if (held) return { ...feed, waiting: added(feed.waiting, item), position }
  return { ...feed, shown: added(feed.shown, item), position }
}

/** Nothing up to `position` is missing any more. */
export const caughtUp = (feed: Feed, position: string): Feed => ({
  ...feed,
  position: later(feed.position, position),
})

/** Puts what was held back on the screen. */
export const release = (feed: Feed): Feed => ({
  ...feed,
  shown: [...feed.waiting, ...feed.shown].sort(byNewest).slice(0, keptAtMost),
  waiting: [],
})

/** Adds an earlier page at the end; it does not count against the rows kept, because it was asked for. */
export const addOlder = (feed: Feed, items: readonly ActivityItem[]): Feed => ({
  ...feed,
  shown: [...feed.shown, ...items.filter((item) => !knows(feed.shown, item))].sort(byNewest),
})
