import { rm } from 'node:fs/promises'
import { SECOND } from '../src/kernel/time.ts'
import { goal, table } from './report.ts'
import { newDataDir, startProgram } from './program.ts'

const GUESTS = 10_000
/** Milliseconds. */
const WANTED = 10 * SECOND

function guestFile(): string {
  const rows = Array.from({ length: GUESTS }, (_, n) => {
    const id = String(n)
    return `Guest Number${id},guest${id}@example.org,,${String(n % 3)},ref-${id}`
  })
  return ['name,email,phone,plus ones,reference', ...rows].join('\n')
}

async function json(url: string, token: string | null, body: string, type = 'application/json') {
  const headers = { 'content-type': type, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
  const response = await fetch(url, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}: ${await response.text()}`)
  return {
    position: response.headers.get('gg-position') ?? '0',
    body: (await response.json()) as Record<string, unknown>,
  }
}

/** Imports a file of 10,000 guests over HTTP: until the answer, and until the guest list shows them all. */
export async function run(): Promise<void> {
  const dataDir = await newDataDir()
  const program = await startProgram(dataDir)
  const { origin } = program
  const account = { email: 'bench@example.org', password: 'correct horse battery' }
  const { body: session } = await json(`${origin}/api/auth/register`, null, JSON.stringify(account))
  const token = String(session['token'])
  const event = { name: 'Bench', eventDate: '2030-01-01T19:00:00Z' }
  const { body: created } = await json(`${origin}/api/events`, token, JSON.stringify(event))
  const url = `${origin}/api/events/${String(created['id'])}/guests`

  const started = performance.now()
  const { body: report, position } = await json(`${url}/import`, token, guestFile(), 'text/csv')
  const answered = performance.now() - started
  // The list waits for the position for a while, and then answers with what it has.
  const headers = { authorization: `Bearer ${token}`, 'gg-min-position': position }
  const listed = async () => {
    const list = await fetch(`${url}?limit=1`, { headers })
    return ((await list.json()) as { counts: { all: number } }).counts.all
  }
  let onTheList = await listed()
  while (onTheList < GUESTS && performance.now() - started < WANTED) onTheList = await listed()
  const shown = performance.now() - started
  await program.stop()
  await rm(dataDir, { recursive: true, force: true })

  table('An import over HTTP', [
    { what: 'created', value: Number(report['created']) },
    { what: 'rejected', value: (report['rejected'] as unknown[]).length },
    { what: 'answered after s', value: Math.round(answered / 10) / 100 },
    { what: 'shown after s', value: Math.round(shown / 10) / 100 },
    { what: 'guests on the list', value: onTheList },
  ])
  goal({
    what: `import of ${String(GUESTS)} guests, until they are listed`,
    measured: `${(shown / SECOND).toFixed(1)} s`,
    wanted: `under ${String(WANTED / SECOND)} s`,
    met: shown < WANTED && onTheList === GUESTS,
  })
}
