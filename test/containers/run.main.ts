import { join } from 'node:path'
import { startVitest } from 'vitest/node'
import { type Started, startContainers } from './containers.ts'
import { targetOf, withoutDocker } from './targets.ts'

/** Starts what the tests run against, unless the environment names it, runs them, and stops what it started. */
async function run(): Promise<number> {
  const given = targetOf(process.env)
  const started: Started =
    given === undefined
      ? await startContainers().catch((error: unknown) => {
          throw new Error(withoutDocker(error))
        })
      : { targets: [given], stop: () => Promise.resolve() }
  try {
    for (const { name } of started.targets) console.log(`Running against ${name}`)
    const config = join(import.meta.dirname, 'vitest.config.ts')
    const vitest = await startVitest([], { config, run: true, provide: { targets: started.targets } })
    await vitest.close()
    return Number(process.exitCode ?? 0)
  } finally {
    await started.stop()
  }
}

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
