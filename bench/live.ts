import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { WebSocket, type RawData } from 'ws'
import type { LiveMessage } from '../src/contracts/activity.ts'
import { SECOND } from '../src/kernel/time.ts'
import { inParallel } from '../src/kernel/parallel.ts'
import { startChild } from './child.ts'
import { goal, table } from './report.ts'

const GUESTS = 400
const PER_SECOND = 200
const SECONDS = 20
/** Not measured: the first openings of a process compile its code. */
const WARM_UP_SECONDS = 3

interface Times {
  readonly answered: Map<string, number>
  readonly shown: Map<string, number>
}

/**
 * How long after the answer to a guest the host's live monitor has the opening: the product in another process, guests
 * over HTTP, the host over a WebSocket, both in this process. By the position of the opening, which both are told.
 */
export async function run(): Promise<void> {
  const product = await startChild('./product.main.ts', ['0'])
  const pool = new Pool(product.origin, { connections: 32, pipelining: 1 })
  const post = async (path: string, token: string | null, body: unknown) => {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', ...authorization }
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${path} answered ${String(answer.statusCode)}: ${text}`)
    return {
      position: String(answer.headers['gg-position'] ?? ''),
      body: JSON.parse(text) as Record<string, unknown>,
    }
  }

  const { body: session } = await post('/api/auth/register', null, {
    email: 'b@example.org',
    password: 'correct horse',
  })
  const token = String(session['token'])
  const { body: event } = await post('/api/events', token, {
    name: 'Bench',
    eventDate: '2030-01-01T19:00:00Z',
  })
  const url = `/api/events/${String(event['id'])}`
  await post(`${url}/publish`, token, {})
  const links: string[] = []
  await inParallel(Array.from({ length: GUESTS }), 16, async (_, n) => {
    const { body } = await post(`${url}/guests`, token, { name: `Guest ${String(n)}` })
    links.push(String(body['link']).split('/r/')[1] ?? '')
  })

  const times: Times = { answered: new Map(), shown: new Map() }
  const socket = await watch(`${product.origin.replace('http', 'ws')}${url}/live`, token, times)
  const open = async (n: number): Promise<void> => {
    const { position } = await post(`/api/rsvp/${links[n % GUESTS] ?? ''}/open`, null, {})
    times.answered.set(position, performance.now())
  }
  await steadily(WARM_UP_SECONDS * PER_SECOND, open)
  await settled(times)
  times.answered.clear()
  times.shown.clear()
  await steadily(SECONDS * PER_SECOND, open)
  await settled(times)
  socket.close()
  await pool.close()
  await product.stop()
  show(times)
}

async function watch(url: string, token: string, { shown }: Times): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  socket.on('message', (data: RawData) => {
    const message = JSON.parse((data as Buffer).toString()) as LiveMessage
    if (message.type === 'item') shown.set(message.item.position, performance.now())
  })
  await once(socket, 'open')
  return socket
}

/** Begins each piece of work when it is due, whether the earlier ones are done or not. */
async function steadily(total: number, work: (n: number) => Promise<void>): Promise<void> {
  const started = performance.now()
  const running: Promise<void>[] = []
  while (running.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / SECOND) * PER_SECOND))
    while (running.length < due) running.push(work(running.length))
    await sleep(1)
  }
  await Promise.all(running)
}

async function settled({ answered, shown }: Times): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if ([...answered.keys()].every((position) => shown.has(position))) return
    await sleep(10)
  }
}

function show({ answered, shown }: Times): void {
  const latencies = [...answered].flatMap(([position, at]) => {
    const seen = shown.get(position)
    // What the host saw before the guest's answer had arrived here was not late.
    return seen === undefined ? [] : [Math.max(0, seen - at)]
  })
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? NaN
  const missing = answered.size - latencies.length
  table(`From the answer of an opening to the live monitor, at ${String(PER_SECOND)} openings/s`, [
    {
      openings: answered.size,
      'p50 ms': at(0.5).toFixed(1),
      'p95 ms': at(0.95).toFixed(1),
      'p99 ms': at(0.99).toFixed(1),
      'max ms': at(1).toFixed(1),
      'never shown': missing,
    },
  ])
  goal({
    what: `p99 from answer to live monitor at ${String(PER_SECOND)}/s`,
    measured: `${at(0.99).toFixed(1)} ms, ${String(missing)} never shown`,
    wanted: 'under 50 ms, none',
    met: at(0.99) < 50 && missing === 0,
  })
}
