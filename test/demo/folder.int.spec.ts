import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDemoFolder } from '../../src/demo/folder.ts'
import { FolderInUse, lockFolder } from '../../src/postgres/folder-lock.ts'

const NOON = Date.parse('2026-06-10T12:00:00.000Z')
const EVENING = Date.parse('2026-06-10T18:00:00.000Z')
let parent: string
let folder: string

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'guestguard-folder-'))
  folder = path.join(parent, 'demo')
})

afterEach(async () => {
  await rm(parent, { recursive: true, force: true })
})

describe('the folder of the demo', () => {
  it('begins a story in a folder that is not there yet', async () => {
    expect(await openDemoFolder(folder, { fresh: false, now: NOON })).toMatchObject({
      began: NOON,
      told: false,
    })
  })

  it('goes on with the story that an interrupted start began, at the time of that start', async () => {
    await openDemoFolder(folder, { fresh: false, now: NOON })
    expect(await openDemoFolder(folder, { fresh: false, now: EVENING })).toMatchObject({
      began: NOON,
      told: false,
    })
  })

  it('remembers that the story was told', async () => {
    await (await openDemoFolder(folder, { fresh: false, now: NOON })).markTold()
    expect(await openDemoFolder(folder, { fresh: false, now: EVENING })).toMatchObject({
      began: NOON,
      told: true,
    })
  })

  it('begins anew when asked to, with nothing of the story before', async () => {
    await (await openDemoFolder(folder, { fresh: false, now: NOON })).markTold()
    await writeFile(path.join(folder, 'master.key'), 'old')
    expect(await openDemoFolder(folder, { fresh: true, now: EVENING })).toMatchObject({
      began: EVENING,
      told: false,
    })
    expect(await readdir(folder)).toEqual(['demo.json'])
  })

  it.each([true, false])('never takes a folder with other data (fresh: %s)', async (fresh) => {
    await writeFile(path.join(parent, 'master.key'), 'of somebody')
    await expect(openDemoFolder(parent, { fresh, now: NOON })).rejects.toMatchObject({
      code: 'not_a_demo_folder',
    })
    expect(await readdir(parent)).toEqual(['master.key'])
  })

  it('does not delete the folder under a demo that runs', async () => {
    await openDemoFolder(folder, { fresh: false, now: NOON })
    const lock = await lockFolder(folder)
    try {
      await expect(openDemoFolder(folder, { fresh: true, now: EVENING })).rejects.toBeInstanceOf(FolderInUse)
      expect(await readdir(folder)).toContain('demo.json')
    } finally {
      lock.release()
    }
  })
})
