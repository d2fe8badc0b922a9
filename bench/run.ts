import { writeResults } from './results.ts'

/** `npm run bench -- <name> [arguments]`; without a name all of them, into `bench/results.md`. */
const benches: Readonly<Record<string, () => Promise<{ run: (args: string[]) => Promise<void> }>>> = {
  openings: () => import('./openings.ts'),
  import: () => import('./import.ts'),
  door: () => import('./door.ts'),
  live: () => import('./live.ts'),
  start: () => import('./start.ts'),
  eventstore: () => import('./eventstore.ts'),
  projections: () => import('./projections.ts'),
  rebuild: () => import('./rebuild.ts'),
  together: () => import('./together.ts'),
  preview: () => import('./preview.ts'),
  rules: () => import('./rules.ts'),
  score: () => import('./score.ts'),
}

const [name, ...args] = process.argv.slice(2)
if (name === undefined) {
  await writeResults(Object.keys(benches))
} else {
  const bench = benches[name]
  if (bench === undefined) {
    console.error(`There is no bench ${name}. They are: ${Object.keys(benches).join(', ')}`)
    process.exit(1)
  }
  const { run } = await bench()
  await run(args)
}
