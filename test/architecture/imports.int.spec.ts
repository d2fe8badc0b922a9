import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const program = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

let tree: string

beforeEach(async () => {
  tree = await mkdtemp(path.join(tmpdir(), 'guestguard-imports-'))
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    await cp(path.join(root, file), path.join(tree, file))
  }
})

afterEach(async () => {
  await rm(tree, { recursive: true, force: true })
})

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(tree, file)), { recursive: true })
    await writeFile(path.join(tree, file), text)
  }
}

/** @returns the names of the rules that the tree violates */
function violations(): Promise<string[]> {
  const args = [program, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: tree, maxBuffer: 50_000_000 }, (_failed, out, errors) => {
      if (out === '') {
        reject(new Error(errors))
        return
      }
      const { summary } = JSON.parse(out) as { summary: { violations: { rule: { name: string } }[] } }
      resolve(summary.violations.map(({ rule }) => rule.name))
    })
  })
}

it('notices scoring that reaches for the web server, so that a silent pass of the check is no pass', async () => {
  await write({
    'src/main.ts': `import './scoring/score.ts'\n`,
    'src/scoring/score.ts': `import { app } from '../http/app.ts'\nexport const score = app\n`,
    'src/http/app.ts': `export const app = 1\n`,
  })
  expect(await violations()).toContain('scoring-is-pure')
})

it('notices a type-only import too', async () => {
  await write({
    'src/main.ts': `import './projections/guests.ts'\n`,
    'src/projections/guests.ts': `import type { Command } from '../commands/decide.ts'\nexport type Row = Command\n`,
    'src/commands/decide.ts': `export type Command = string\n`,
  })
  expect(await violations()).toContain('projections-know-no-commands')
})

it('notices a clock or a file in scoring', async () => {
  await write({
    'src/main.ts': `import './scoring/score.ts'\n`,
    'src/scoring/score.ts': `import { readFileSync } from 'node:fs'\nexport const score = readFileSync\n`,
  })
  expect(await violations()).toContain('scoring-and-deciders-have-no-io')
})

it('has nothing to say of a tree that keeps the directions', async () => {
  await write({
    'src/main.ts': `import './http/app.ts'\n`,
    'src/http/app.ts': `import { decide } from '../commands/decide.ts'\nexport const app = decide\n`,
    'src/commands/decide.ts': `export const decide = 1\n`,
  })
  expect(await violations()).toEqual([])
})
