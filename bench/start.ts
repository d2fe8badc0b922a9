import { rm } from 'node:fs/promises'
import { SECOND } from '../src/kernel/time.ts'
import { goal, table } from './report.ts'
import { newDataDir, startProgram } from './program.ts'

const RUNS = 5

/** From `node src/main.ts` to the printed address: on an empty folder, then on the one that the run before left. */
export async function run(): Promise<void> {
  const dataDir = await newDataDir()
  const rows: { start: string; 'ready after ms': number }[] = []
  for (let n = 0; n <= RUNS; n++) {
    const program = await startProgram(dataDir)
    rows.push({
      start: n === 0 ? 'first, empty folder' : `again ${String(n)}`,
      'ready after ms': Math.round(program.readyAfter),
    })
    await program.stop()
  }
  await rm(dataDir, { recursive: true, force: true })
  table('Cold start', rows)
  const slowest = Math.max(...rows.map((row) => row['ready after ms']))
  const measured = `${(slowest / SECOND).toFixed(1)} s`
  goal({ what: 'ready after npm start', measured, wanted: 'under 5 s', met: slowest < 5 * SECOND })
}
