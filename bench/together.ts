import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { SECOND } from '../src/kernel/time.ts'
import { createOperations, type ProjectionOperations } from '../src/projections/operations.ts'
import { silentLog } from '../test/support/log.ts'
import { fill } from './history.ts'
import { table } from './report.ts'
import { inWorld } from './world.ts'

/**
 * What a rebuild of all projections costs in CPU time of this process and of PostgreSQL, one projection after the other
 * and all with one reading of the log: figures of ADR 16, which other work on the machine does not change. Linux only.
 * @param args `--facts <n>` length of the log, default 60,000
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { facts: { type: 'string', default: '60000' } } })
  await inWorld(async ({ dataDir, pool, log, store }) => {
    await fill(log, Number(values.facts))
    await pool.query('ANALYZE')
    const operations = createOperations({ pool, facts: log, store, log: silentLog })
    const rows = []
    for (const round of [1, 2]) {
      rows.push(
        await measure(operations, dataDir, `one after the other, ${String(round)}`, async (names) => {
          for (const name of names) await operations.rebuild([name])
        }),
      )
      rows.push(
        await measure(operations, dataDir, `together, ${String(round)}`, (names) =>
          operations.rebuild(names),
        ),
      )
    }
    table('CPU of a rebuild of all projections', rows)
  })
}

async function measure(
  operations: ProjectionOperations,
  dataDir: string,
  how: string,
  work: (names: readonly string[]) => Promise<unknown>,
) {
  const [own, there, start] = [process.cpuUsage(), await postgresCpu(dataDir), performance.now()]
  await work(operations.names)
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(own)
  const used = (await postgresCpu(dataDir)) - there
  const facts = Number((await operations.status())[0]?.beside?.checkpoint ?? 0n)
  for (const name of operations.names) await operations.dropOld(name, { unfinished: true })
  const perThousand = (cpu: number) => Number(((cpu / facts) * 1_000).toFixed(1))
  return {
    how,
    'facts/s': Math.round((facts / ms) * SECOND),
    'Node, CPU ms per 1,000 facts': perThousand((user + system) / 1_000),
    'PostgreSQL, CPU ms per 1,000 facts': perThousand(used),
  }
}

/** Clock ticks are hundredths of a second on every Linux (USER_HZ). */
const TICK = 10

/** CPU time of a server with its processes, those that have ended too, in milliseconds. */
async function postgresCpu(dataDir: string): Promise<number> {
  const file = path.join(dataDir, 'postgres/postmaster.pid')
  const server = (await readFile(file, 'utf8')).split('\n')[0] ?? ''
  let ticks = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // After the name in brackets: state, parent, then utime, stime and those of ended children as fields 14 to 17.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (pid === server) ticks += sum(fields.slice(11, 15))
    else if (fields[1] === server) ticks += sum(fields.slice(11, 13))
  }
  return ticks * TICK
}

const sum = (numbers: readonly string[]): number => numbers.reduce((total, one) => total + Number(one), 0)
