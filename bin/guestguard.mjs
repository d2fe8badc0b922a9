#!/usr/bin/env node
// The command for ops. The sources are TypeScript for Node 24, which comes with the project; whichever Node starts this
// hands over to it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const own = join(root, 'node_modules/.bin/node')
const node = existsSync(own) ? own : process.execPath
const child = spawn(node, [join(root, 'src/cli/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl-C reaches the whole process group; the command itself ends on it, in its own time.
process.on('SIGINT', () => undefined)
// A supervisor asks this process alone; the command has to hear of it too.
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => {
  process.exit(signal === null ? (code ?? 1) : 1)
})
