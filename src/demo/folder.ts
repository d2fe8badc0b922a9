import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DomainError } from '../kernel/errors.ts'
import { lockFolder } from '../postgres/folder-lock.ts'

/** Says that a folder is the demo's, and how far its story was told. */
const MARK = 'demo.json'

const markSchema = z.object({
  /** The moment that the story takes as the present. */
  began: z.iso.datetime(),
  /** False while the past is being played: it goes on after a start that was interrupted. */
  told: z.boolean(),
})

export interface DemoFolder {
  /** Milliseconds since the epoch. */
  readonly began: number
  readonly told: boolean
  /** Remembers that the past was played to its end. */
  markTold(): Promise<void>
}

/**
 * Opens the demo's own data folder. Only a folder that the demo made is ever used or deleted: invented guests never come
 * among real ones.
 * @param options.fresh deletes an earlier story first
 * @param options.now milliseconds since the epoch, the present of a new story
 * @throws DomainError `not_a_demo_folder`; FolderInUse while another demo runs in a folder that is to be deleted
 */
export async function openDemoFolder(
  folder: string,
  { fresh, now }: { fresh: boolean; now: number },
): Promise<DemoFolder> {
  const found = await readMark(folder)
  if (found === null) await requireEmpty(folder)
  const known = found !== null && fresh ? await forget(folder) : found
  const mark = known ?? { began: new Date(now).toISOString(), told: false }
  if (known === null) await writeMark(folder, mark)
  return {
    began: Date.parse(mark.began),
    told: mark.told,
    markTold: () => writeMark(folder, { ...mark, told: true }),
  }
}

async function readMark(folder: string): Promise<z.infer<typeof markSchema> | null> {
  const text = await readFile(join(folder, MARK), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  return text === null ? null : markSchema.parse(JSON.parse(text))
}

async function writeMark(folder: string, mark: z.infer<typeof markSchema>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const half = join(folder, `.${MARK}.half`)
  await writeFile(half, `${JSON.stringify(mark)}\n`)
  await rename(half, join(folder, MARK))
}

async function requireEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => [])
  if (entries.length === 0) return
  throw new DomainError(
    'invalid',
    'not_a_demo_folder',
    `DATA_DIR: ${folder} holds something else than a demo. Give the demo a folder of its own.`,
  )
}

async function forget(folder: string): Promise<null> {
  const lock = await lockFolder(folder)
  lock.release()
  await rm(folder, { recursive: true, force: true })
  return null
}
