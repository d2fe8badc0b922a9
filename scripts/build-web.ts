/**
 * Builds the web pages when their sources are not those of the last build. Runs after `npm ci` and before `npm start`,
 * where it finds nothing to do and takes some milliseconds.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const stampFile = join(root, 'dist/web/.sources')

/** What the pages are made of. */
const sources = ['web', 'src/contracts', 'package-lock.json']

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null)
  if (entries === null) return [path]
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function digestOfSources(): Promise<string> {
  const files = (await Promise.all(sources.map((source) => filesUnder(join(root, source))))).flat().sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(relative(root, file)).update(await readFile(file))
  return hash.digest('hex')
}

const digest = await digestOfSources()
const built = existsSync(stampFile) ? await readFile(stampFile, 'utf8') : null
if (built !== digest) {
  // Loaded only when needed: a start that has nothing to build does not wait for it.
  const { build } = await import('vite')
  await build({ root: join(root, 'web'), configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' })
  await writeFile(stampFile, digest)
}
