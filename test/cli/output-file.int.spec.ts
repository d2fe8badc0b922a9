import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test as base } from 'vitest'
import { UsageError } from '../../src/cli/command.ts'
import { writeOutput } from '../../src/cli/output-file.ts'

const it = base.extend('folder', async ({}, { onCleanup }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'output-'))
  onCleanup(() => rm(folder, { recursive: true }))
  return folder
})

async function* lines(...texts: string[]): AsyncGenerator<string, number, undefined> {
  for (const text of texts) yield await Promise.resolve(text)
  return texts.length
}

it('writes a file that only its owner may read', async ({ folder }) => {
  const target = path.join(folder, 'guests.backup')
  expect(await writeOutput({ target, packed: false }, lines('one\n', 'two\n'))).toBe(2)
  expect(await readFile(target, 'utf8')).toBe('one\ntwo\n')
  expect((await stat(target)).mode & 0o777).toBe(0o600)
})

it('leaves a half file alone that is there: others could read it, or another run is writing it', async ({
  folder,
}) => {
  const target = path.join(folder, 'guests.backup')
  await writeFile(`${target}.part`, 'of another run', { mode: 0o644 })
  const writing = writeOutput({ target, packed: false }, lines('the master key'))
  await expect(writing).rejects.toThrow(UsageError)
  await expect(writing).rejects.toThrow(`${target}.part is there already`)
  expect(await readFile(`${target}.part`, 'utf8')).toBe('of another run')
  await expect(stat(target)).rejects.toThrow('ENOENT')
})

it('leaves nothing when what it writes fails in the middle', async ({ folder }) => {
  const target = path.join(folder, 'guests.backup')
  async function* failing(): AsyncGenerator<string, never, undefined> {
    yield await Promise.resolve('half of it')
    throw new Error('the connection was lost')
  }
  await expect(writeOutput({ target, packed: false }, failing())).rejects.toThrow('the connection was lost')
  await expect(stat(`${target}.part`)).rejects.toThrow('ENOENT')
  await expect(stat(target)).rejects.toThrow('ENOENT')
})
