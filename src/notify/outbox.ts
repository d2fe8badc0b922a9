import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import PostalMime, { type Email } from 'postal-mime'
import { z } from 'zod'
import type { MessageOwner } from './message.ts'

/**
 * The outbox: a folder that takes the place of the mail server and the SMS service until they are configured. Every
 * message is one file, so nothing is lost and any mail program opens it. The files hold names and addresses in clear:
 * the folder is for its owner only (mode 0700) and is not for production.
 */
export interface Outbox {
  /**
   * Writes a message so that it survives a power cut; the file appears whole or not at all. A message that is there is
   * not written again, as mail systems drop a second copy of the same Message-ID: whoever sent it may have died before
   * it was recorded, and then it is sent once more.
   */
  put(message: {
    id: string
    channel: 'email' | 'sms'
    /** Milliseconds since the epoch. */
    at: number
    content: Buffer
  }): Promise<void>
  /** @returns the newest messages, newest first */
  list(limit?: number): Promise<OutboxEntry[]>
  /** @returns the whole message, null when there is none of this id */
  read(id: string): Promise<OutboxMessage | null>
}

export interface OutboxEntry {
  /** Of the file; for `read`. */
  readonly id: string
  readonly channel: 'email' | 'sms'
  readonly to: string
  /** Null for a text message. */
  readonly subject: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Null for a message of a release that did not write it down. */
  readonly owner: MessageOwner | null
}

export interface OutboxMessage extends OutboxEntry {
  readonly text: string
  /** Null for a text message. Attached pictures are written into it, so that it shows without the rest of the mail. */
  readonly html: string | null
}

/** Messages listed without a limit of the caller's. */
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

/** Bytes at the start of a mail that hold its headers; they come to about 700. */
const HEADER_BYTES = 8_192

const SUFFIX = { email: '.eml', sms: '.sms' } as const
const FILE = /^(\d{8}T\d{9}Z)-[\w-]{1,80}\.(eml|sms)$/
const owner = z.object({ kind: z.enum(['event', 'host']), id: z.string() })
const smsFile = z.object({ to: z.string(), text: z.string(), owner: owner.optional() })

/** Only in files, not in what goes to a mail server. */
const OWNER = 'X-GuestGuard-Owner'

/** The header of a mail in the outbox that says whose it is. */
export const ownerHeader = ({ kind, id }: MessageOwner) => ({ [OWNER]: `${kind} ${id}` })

function ownerIn({ headers }: Email): MessageOwner | null {
  const [kind, id] = headers.find(({ key }) => key === OWNER.toLowerCase())?.value.split(' ') ?? []
  return owner.safeParse({ kind, id }).data ?? null
}

/** `20260131T190000123Z`: names sort by time. */
const stamp = (at: number) => new Date(at).toISOString().replaceAll(/[-:.]/g, '')

function timeOf(file: string): number {
  const [, y, mo, d, h, mi, s, ms] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(file) ?? []
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s), Number(ms))
}

/** @param folder made when the first message is written */
export function createOutbox(folder: string): Outbox {
  return {
    async put({ id, channel, at, content }) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if (await isThere(folder, `-${id}${SUFFIX[channel]}`)) return
      await writeDurably(folder, `${stamp(at)}-${id}${SUFFIX[channel]}`, content)
    },
    async list(limit = DEFAULT_LIMIT) {
      const files = (await filesOf(folder)).slice(0, Math.min(limit, MAX_LIMIT))
      return Promise.all(files.map((file) => entryOf(folder, file)))
    },
    async read(id) {
      if (!FILE.test(id)) return null
      const content = await contentOf(path.join(folder, id))
      return content === null ? null : messageOf(id, content)
    },
  }
}

/** Reads all names (10,000 take about 10 ms), since nobody remembers under which time an earlier try wrote. */
const isThere = async (folder: string, end: string) =>
  (await readdir(folder)).some((name) => name.replace(/^\d{8}T\d{9}Z/, '') === end)

async function writeDurably(folder: string, name: string, content: Buffer): Promise<void> {
  const half = path.join(folder, `.${name}.half`)
  const file = await open(half, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(half, path.join(folder, name))
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(orNothing<string[]>([]))
  return names
    .filter((name) => FILE.test(name))
    .sort()
    .reverse()
}

const contentOf = (file: string) => readFile(file).catch(orNothing(null))

function orNothing<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing
    throw error
  }
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    const end = head.indexOf('\r\n\r\n')
    return end === -1 ? head : head.subarray(0, end + 4)
  } finally {
    await handle.close()
  }
}

async function entryOf(folder: string, file: string): Promise<OutboxEntry> {
  const full = path.join(folder, file)
  if (file.endsWith(SUFFIX.sms)) return entryOfSms(file, await readFile(full))
  return entryOfMail(file, await PostalMime.parse(await headOf(full)))
}

const entryOfMail = (file: string, email: Email): OutboxEntry => ({
  id: file,
  channel: 'email',
  to: email.to?.[0]?.address ?? '',
  subject: email.subject ?? '',
  at: timeOf(file),
  owner: ownerIn(email),
})

const entryOfSms = (file: string, content: Buffer): OutboxEntry => {
  const { to, owner = null } = smsFile.parse(JSON.parse(content.toString('utf8')))
  return { id: file, channel: 'sms', to, subject: null, at: timeOf(file), owner }
}

async function messageOf(file: string, content: Buffer): Promise<OutboxMessage> {
  if (file.endsWith(SUFFIX.sms)) {
    const { text } = smsFile.parse(JSON.parse(content.toString('utf8')))
    return { ...entryOfSms(file, content), text, html: null }
  }
  const email = await PostalMime.parse(content, { attachmentEncoding: 'base64' })
  let html = email.html ?? ''
  for (const { contentId, mimeType, content: picture } of email.attachments) {
    if (contentId === undefined || typeof picture !== 'string') continue
    html = html.replaceAll(`cid:${contentId.slice(1, -1)}`, `data:${mimeType};base64,${picture}`)
  }
  return { ...entryOfMail(file, email), text: email.text ?? '', html }
}
