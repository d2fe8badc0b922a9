import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the pages of this run. */
    webRoot: string
  }
}

const root = path.join(import.meta.dirname, '../..')

/**
 * Builds the pages into a folder of this run: a build that somebody else makes meanwhile would take the hashed files away
 * from under the browser. In a process of its own, because the runner's NODE_ENV makes another build than the one shipped.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'guestguard-pages-'))
  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  const options = ['--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, [vite, 'build', path.join(root, 'web'), ...options], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  project.provide('webRoot', folder)
  return () => rm(folder, { recursive: true, force: true })
}
