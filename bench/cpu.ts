import { readdirSync, readFileSync } from 'node:fs'

/** Of `/proc/<pid>/stat`, in seconds: 100 ticks a second on every Linux that Node runs on. */
const TICK = 0.01

interface Process {
  readonly parent: number
  readonly seconds: number
}

/**
 * @returns CPU time so far of everything that a process started and that still runs, in seconds; 0 where there is no `/proc`.
 *   For a process with an embedded database this is the database.
 */
export function cpuOfDescendants(ancestor: number): number {
  const processes = running()
  const descends = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent
    return parent !== undefined && (parent === ancestor || descends(parent))
  }
  return [...processes].reduce((sum, [pid, { seconds }]) => (descends(pid) ? sum + seconds : sum), 0)
}

function running(): Map<number, Process> {
  const processes = new Map<number, Process>()
  for (const name of namesIn('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : null
    // The name of the program stands in brackets and may hold anything.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields === undefined) continue
    const [parent = 0, user = 0, system = 0] = [1, 11, 12].map((at) => Number(fields[at]))
    processes.set(Number(name), { parent, seconds: (user + system) * TICK })
  }
  return processes
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** @returns null for a process that has ended meanwhile */
function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
