import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { MAX_BATCH, type BatchAnswer } from '../src/contracts/door-offline.ts'
import { startChild } from './child.ts'
import { goal, table } from './report.ts'

/** Phones at the door, and what each of them scans in a second: as fast as people walk past. */
const SCANNERS = 50
const PER_SECOND = 5
const SECONDS = 20

/** Every pass is shown at two gates at the same moment: one of them lets the guest in. */
const GUESTS = (SCANNERS * PER_SECOND * SECONDS) / 2

/** Scans in the queue of a phone that was offline. */
const QUEUED = 500

/** One scan in so many is sent again, as a phone does that lost the answer. */
const RESENT = 50

interface Door {
  readonly pool: Pool
  readonly passes: readonly string[]
  readonly tickets: readonly string[]
  readonly looks: ReturnType<typeof createHistogram>
  readonly scans: ReturnType<typeof createHistogram>
  /** Answers by their result; a status when it was not 200. */
  readonly results: Map<string, number>
}

/** @returns the result, or the status of what was not answered with one */
async function send(door: Door, ticket: string, path: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ticket}` }
  const request = { method: 'POST', path, headers, body: JSON.stringify(body) } as const
  const answer = await door.pool.request(request)
  const text = await answer.body.text()
  if (answer.statusCode !== 200) return String(answer.statusCode)
  const { result = 'seen' } = JSON.parse(text) as { result?: string }
  return result
}

/** A scan as a phone does it: look who it is, then let them in. Times count from when the scan was due. */
async function scan(door: Door, scanner: number, nth: number, due: number): Promise<void> {
  const ticket = door.tickets[scanner] ?? ''
  const pass = door.passes[nth] ?? ''
  const deviceId = `phone-${String(scanner)}`
  const nonce = `nonce-${String(scanner)}-${String(nth)}`
  await send(door, ticket, '/api/check-in/preview', { pass, deviceId, nonce: `look-${nonce}` })
  const looked = performance.now()
  door.looks.record(Math.max(1, Math.round((looked - due) * 1_000)))
  const body = { pass, arrivalCount: 1, deviceId, nonce, scannedAt: new Date().toISOString() }
  const result = await send(door, ticket, '/api/check-in', body)
  door.scans.record(Math.max(1, Math.round((performance.now() - looked) * 1_000)))
  door.results.set(result, (door.results.get(result) ?? 0) + 1)
  if (nth % RESENT === 0) await send(door, ticket, '/api/check-in', body)
}

/** Every phone looks at some passes, as before the doors open. */
async function warmUp(door: Door): Promise<void> {
  await Promise.all(
    door.tickets.map(async (ticket, scanner) => {
      for (let n = 0; n < 10; n++) {
        const pass = door.passes[scanner * 10 + n] ?? ''
        await send(door, ticket, '/api/check-in/preview', { pass, deviceId: `phone-${String(scanner)}` })
      }
    }),
  )
}

/** A phone that was offline for an hour sends its queue, with one item in it that nobody can read. */
async function drain(door: Door, passes: readonly string[]) {
  const began = performance.now()
  const scans: unknown[] = passes.map((pass, nth) => ({
    pass,
    outcome: 'admitted',
    deviceId: 'phone-offline',
    nonce: `queued-${String(nth)}`,
    scannedAt: new Date(Date.now() - 3_600_000 + nth * 1_000).toISOString(),
  }))
  scans.splice(Math.floor(scans.length / 2), 0, 'broken')
  const statuses: string[] = []
  for (let from = 0; from < scans.length; from += MAX_BATCH) {
    const items = scans.slice(from, from + MAX_BATCH)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${door.tickets[0] ?? ''}` }
    const request = {
      method: 'POST',
      path: '/api/check-in/batch',
      headers,
      body: JSON.stringify({ items }),
    } as const
    const { body } = await door.pool.request(request)
    const answer = (await body.json()) as BatchAnswer
    statuses.push(...answer.items.map(({ status }) => status))
  }
  const count = (wanted: string) => statuses.filter((status) => status === wanted).length
  const seconds = (performance.now() - began) / 1_000
  return { accepted: count('accepted'), rejected: count('rejected'), seconds }
}

/**
 * Two scanners share a line of guests: both are shown the same pass at the same moment. Scans are due at their time,
 * whether the earlier ones were answered or not.
 */
async function work(door: Door, scanner: number, started: number): Promise<void> {
  const line = Math.floor(scanner / 2)
  const running: Promise<void>[] = []
  for (let n = 0; n < PER_SECOND * SECONDS; n++) {
    // Spread over the second, so that the gates are not in step.
    const due = started + ((n + line / (SCANNERS / 2)) / PER_SECOND) * 1_000
    await sleep(Math.max(0, due - performance.now()))
    running.push(scan(door, scanner, line * PER_SECOND * SECONDS + n, due))
  }
  await Promise.all(running)
}

/** Many gates at once, through the real routes of a product in another process, with its read models kept up. */
export async function run(): Promise<void> {
  const child = await startChild('./door.main.ts', [String(GUESTS + QUEUED), String(SCANNERS)])
  const door: Door = {
    pool: new Pool(child.origin, { connections: SCANNERS, pipelining: 1 }),
    tickets: child.tokens.slice(0, SCANNERS),
    passes: child.tokens.slice(SCANNERS, SCANNERS + GUESTS),
    looks: createHistogram(),
    scans: createHistogram(),
    results: new Map(),
  }
  await warmUp(door)
  const before = await child.usage()
  const started = performance.now() + 100
  await Promise.all(Array.from({ length: SCANNERS }, (_, scanner) => work(door, scanner, started)))
  const seconds = (performance.now() - started) / 1_000
  const after = await child.usage()
  const queue = await drain(door, child.tokens.slice(SCANNERS + GUESTS))
  await door.pool.close()
  const arrived = await child.ask<{ once: number; more: number }>('arrivals')
  await child.stop()

  const ms = (of: Door['scans'], percentile: number) => Math.round(of.percentile(percentile) / 100) / 10
  const row = (what: string, of: Door['scans']) => ({
    what,
    'per s': Math.round(of.count / seconds),
    'p50 ms': ms(of, 50),
    'p95 ms': ms(of, 95),
    'p99 ms': ms(of, 99),
    'max ms': Math.round(of.max / 1_000),
  })
  table(
    `${String(SCANNERS)} scanners at ${String(PER_SECOND)} scans/s each, every pass at two gates at once`,
    [row('look at a pass', door.looks), row('check in', door.scans)],
  )
  const answers = [...door.results].map(([result, count]) => `${String(count)} ${result}`).join(', ')
  console.log(`answers: ${answers}`)
  const cpu = Math.round((after.cpuSeconds - before.cpuSeconds) * 10) / 10
  console.log(
    `CPU of the product: ${String(cpu)} s in ${seconds.toFixed(1)} s; ${String(after.behind)} facts behind`,
  )
  for (const [what, of] of [
    ['look at a pass', door.looks],
    ['check in', door.scans],
  ] as const) {
    const p99 = of.percentile(99) / 1_000
    goal({ what: `p99: ${what}`, measured: `${p99.toFixed(1)} ms`, wanted: 'under 200 ms', met: p99 < 200 })
  }
  goal({
    what: 'guests in the log who were let in once, and more than once',
    measured: `${String(arrived.once)} and ${String(arrived.more)}`,
    wanted: `${String(GUESTS + QUEUED)} and 0`,
    met: arrived.once === GUESTS + QUEUED && arrived.more === 0,
  })
  goal({
    what: `${String(QUEUED)} queued scans and one that is broken`,
    measured: `${String(queue.accepted)} accepted, ${String(queue.rejected)} rejected in ${queue.seconds.toFixed(1)} s`,
    wanted: `${String(QUEUED)} accepted, 1 rejected in under 10 s`,
    met: queue.accepted === QUEUED && queue.rejected === 1 && queue.seconds < 10,
  })
}
