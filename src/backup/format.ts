import { z } from 'zod'

export const FORMAT = 'guestguard-backup'
export const FORMAT_VERSION = 1

/** How the master keys come along: not at all, sealed with a passphrase, or as they are. */
export const masterKeysSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('left-out') }),
  z.strictObject({ kind: z.literal('sealed'), salt: z.string(), sealed: z.string() }),
  z.strictObject({ kind: z.literal('clear'), text: z.string() }),
])
export type PackedMasterKeys = z.infer<typeof masterKeysSchema>

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/)

export const tableSchema = z.strictObject({ schema: name, name, columns: z.array(name).min(1) })
export type SavedTable = z.infer<typeof tableSchema>

/** First line of a backup. */
export const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  createdAt: z.iso.datetime(),
  /** Major version of PostgreSQL; for people, the format does not depend on it. */
  postgres: z.string(),
  /** Position of the last fact in it. */
  position: z.string().regex(/^\d+$/),
  /** Ids of the migrations that made the tables. */
  migrations: z.array(z.string()),
  /** Version of the tables of the job queue, null when there was none yet. */
  jobs: z.int().nullable(),
  /** In an order in which no table refers to one after it. */
  tables: z.array(tableSchema),
  /** Fingerprints of the master keys without which its persons cannot be read. */
  masterKeysNeeded: z.array(z.string()),
  masterKeys: masterKeysSchema,
})
export type Header = z.infer<typeof headerSchema>

/** Last line. A backup without it is not whole. */
export const trailerSchema = z.strictObject({
  end: z.literal(true),
  /** By `schema.name`. */
  rows: z.record(z.string(), z.int()),
  /** SHA-256 of all bytes before this line, unpacked. */
  sha256: z.string(),
})

const LINE_FEED = 0x0a

/** @param piece whole rows in the text format of COPY, where a line feed ends a row and stands in none */
export function rowsIn(piece: Buffer): number {
  let rows = 0
  for (let at = piece.indexOf(LINE_FEED); at !== -1; at = piece.indexOf(LINE_FEED, at + 1)) rows += 1
  return rows
}

/** Ends the rows of a table; in the text format of COPY no row looks like it. */
export const END_OF_ROWS = '\\.'

export const nameOf = ({ schema, name: table }: Pick<SavedTable, 'schema' | 'name'>): string =>
  `${schema}.${table}`

/** A file that is not a whole and sound backup, or not one that can be restored here. */
export class BadBackup extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadBackup'
  }
}
