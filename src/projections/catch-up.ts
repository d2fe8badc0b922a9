import { setTimeout as sleep } from 'node:timers/promises'
import type { Position } from '../eventstore/port.ts'
import { SECOND } from '../kernel/time.ts'
import type { Forgotten } from './forgotten.ts'
import { decodeFor, type Build, type BuildContext, type RebuildOptions } from './rebuild.ts'

/** Records of one page and of one transaction: at 4,000 round trips no longer count, and it takes some MB of memory. */
const PAGE_SIZE = 4_000

/** How long a swap waits for a live writer that is behind the new tables, in milliseconds; there may be none. */
const LIVE_BEHIND = 2 * SECOND

type Reading = Pick<RebuildOptions, 'signal' | 'pageSize'>

/**
 * Reads the log to its end, once for all the builds: each record is read and decoded once, and each build applies a page
 * on a connection of its own while the next page is read. A build that a fact stops does not stop the others.
 * @throws the reason of `signal`; the pages under way are written then
 */
export async function catchUp(
  context: BuildContext,
  builds: readonly Build[],
  forgotten: Forgotten,
  { signal, pageSize = PAGE_SIZE }: Reading,
): Promise<void> {
  const { facts } = context
  const able = () => builds.filter(({ stopped }) => stopped === undefined)
  if (able().length === 0) return
  const head = await facts.head()
  const report = (): void => {
    for (const build of able()) build.report(head)
  }
  for (const build of able()) build.begin()
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const page of facts.all({ after: leastOf(able()), pageSize })) {
      const decoded = await decodeFor(facts, forgotten, able(), page)
      await writing
      signal?.throwIfAborted()
      if (able().length === 0) return
      writing = all(able().map((build) => build.write(page, decoded)))
      writing.catch(() => undefined)
      report()
    }
  } finally {
    await writing
  }
  report()
}

/**
 * Makes a build what readers read, catching up with the live writer first as often as that takes.
 * @throws RebuildStopped, or the reason of `signal`
 */
export async function swapIn(
  context: BuildContext,
  build: Build,
  forgotten: Forgotten,
  reading: Reading,
): Promise<void> {
  const patientUntil = Date.now() + LIVE_BEHIND
  for (;;) {
    if (build.stopped !== undefined) throw build.stopped
    const outcome = await build.swap(Date.now() < patientUntil)
    if (outcome === 'done') return
    if (outcome === 'live_is_behind') await sleep(10)
    else await catchUp(context, [build], forgotten, reading)
    reading.signal?.throwIfAborted()
  }
}

function leastOf(builds: readonly Build[]): Position {
  return builds.map(({ checkpoint }) => checkpoint).reduce((a, b) => (a < b ? a : b))
}

/** Waits for all, also when one fails: none may be left at work on a connection that its caller thinks idle. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
