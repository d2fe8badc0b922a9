/** `npm run bench -- <name> [arguments]` */
const benches: Readonly<Record<string, () => Promise<{ run: (args: string[]) => Promise<void> }>>> = {
  openings: () => import('./openings.ts'),
  import: () => import('./import.ts'),
  start: () => import('./start.ts'),
  eventstore: () => import('./eventstore.ts'),
  projections: () => import('./projections.ts'),
  preview: () => import('./preview.ts'),
  rules: () => import('./rules.ts'),
  score: () => import('./score.ts'),
}

const [name = '', ...args] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.log(`npm run bench -- <name>, where the name is one of: ${Object.keys(benches).join(', ')}`)
  process.exit(name === '' ? 0 : 1)
}
const { run } = await bench()
await run(args)
