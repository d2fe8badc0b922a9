import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pool } from '../../src/postgres/pool.ts'
import { TestClient } from '../support/client.ts'
import {
  addGuest,
  createEvent,
  expectStatus,
  open,
  PASSWORD,
  readModelsCaughtUp,
  reply,
} from '../support/party.ts'
import { createDataDir } from '../support/product-process.ts'
import { openInstallation, type Installation } from './installation.ts'

/** Each is found nowhere but in what the guest or the guest's device told. */
const PERSONAL = {
  name: 'Xanthippe Quillfeather',
  email: 'xanthippe.q@quillfeather.example',
  phone: '+33698712345',
  externalRef: 'ref-xanthippe-77',
  companion: 'Bartholomew Quillfeather',
  note: 'Xanthippe is allergic to walnuts',
  ip: '81.2.69.142',
  network: '81.2.69.',
  userAgent: 'QuillfeatherPhone/7.7',
  fingerprint: 'quillfeather-canvas-0f1e2d',
} as const

let folder: Awaited<ReturnType<typeof createDataDir>>
let installation: Installation
let cluster: string
let host: TestClient
let guestPath: string

beforeAll(async () => {
  folder = await createDataDir()
  cluster = path.join(folder.dir, 'postgres')
  installation = await openInstallation(folder.dir)
  const base = `http://127.0.0.1:${new URL(installation.product.url ?? '').port}`
  host = new TestClient(base, '10.0.0.1')
  expectStatus(await host.post('/api/auth/register', { email: 'host@example.org', password: PASSWORD }), 201)
  guestPath = await anEveningOfXanthippe(base)
  await readModelsCaughtUp(installation.product)
})

afterAll(async () => {
  await installation.close()
  await folder.remove()
})

async function anEveningOfXanthippe(base: string): Promise<string> {
  const { name, email, phone, externalRef, companion, note, ip, userAgent, fingerprint } = PERSONAL
  const event = await createEvent({ client: host })
  const details = { name, email, phone, externalRef, plusOnesAllowed: 1 }
  const guest = await addGuest({ client: host }, event.id, details)
  const visitor = new TestClient(base, ip)
  visitor.userAgent = userAgent
  await visitor.get(`/r/${guest.token}`)
  const { rsvpToken } = expectStatus(await open(visitor, guest.token, { canvas: fingerprint }), 200)
  const body = { answer: 'attending', partySize: 2, plusOneNames: [companion], note }
  expectStatus(await reply(visitor, guest.token, rsvpToken, body), 200)
  const invitations = `/api/events/${event.id}/invitations/send`
  expectStatus(await host.post(invitations, { channel: 'email', guestIds: [guest.id] }), 202)
  return `/api/events/${event.id}/guests/${guest.id}`
}

interface Relation {
  readonly name: string
  readonly schema: string
  readonly file: string
}

/** Tables with their indexes and the parts of them that are kept apart (TOAST), each with its file. */
async function relations(pool: Pool): Promise<Relation[]> {
  await pool.query('CHECKPOINT')
  const { rows } = await pool.query<Relation>(`
    SELECT c.relname AS name, coalesce(owner.relnamespace, c.relnamespace)::regnamespace::text AS schema,
           pg_relation_filepath(c.oid) AS file
    FROM pg_class c
    LEFT JOIN pg_class owner ON owner.reltoastrelid = c.oid
    WHERE pg_relation_filepath(c.oid) IS NOT NULL AND c.relkind IN ('r', 'i', 't', 'm')`)
  return rows
}

/** @returns what of the guest stands in these files, as bytes */
async function foundIn(files: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const file of files) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    for (const [what, text] of Object.entries(PERSONAL)) if (bytes.includes(text)) found.add(what)
  }
  return [...found].toSorted()
}

const isReadModel = ({ schema }: Relation) => /_v\d+/.test(schema)

async function filesOf(wanted: (relation: Relation) => boolean): Promise<string[]> {
  const all = await relations(installation.pool)
  return all.filter(wanted).map(({ file }) => path.join(cluster, file))
}

/** @returns what of the guest stands in the rows of any table of any schema, with the table */
async function foundInRows(): Promise<string[]> {
  const { rows: tables } = await installation.pool.query<{ name: string }>(`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await installation.pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
    for (const [what, text] of Object.entries(PERSONAL)) {
      if (rows.some(({ row }) => row.includes(text))) found.push(`${what} in ${name}`)
    }
  }
  return found
}

describe('personal data', () => {
  it('stands in the read models, where hosts look for it', async () => {
    const found = await foundIn(await filesOf(isReadModel))
    expect(found).toEqual(expect.arrayContaining(['companion', 'email', 'externalRef', 'name', 'phone']))
  })

  it('stands in no file of the log, of the keys or of the jobs, not even as bytes', async () => {
    const files = await filesOf((relation) => !isReadModel(relation))
    expect(files.length).toBeGreaterThan(100)
    const log = await filesOf(({ schema }) => schema === 'eventstore')
    expect(log.length).toBeGreaterThanOrEqual(3)
    const bytes = await Promise.all(log.map((file) => readFile(file)))
    expect(
      bytes.some((one) => one.includes('GuestInvited')),
      'the log can be read',
    ).toBe(true)
    expect(await foundIn(files)).toEqual([])
  })

  it('is gone from every row of every table once the guest is forgotten', async () => {
    expect((await foundInRows()).length).toBeGreaterThan(0)
    expect((await host.post(`${guestPath}/forget`)).status).toBe(204)
    await readModelsCaughtUp(installation.product)
    expect(await foundInRows()).toEqual([])
  })

  it('is gone as bytes too, once the database has tidied up its tables', async () => {
    await installation.pool.query('VACUUM FULL')
    await installation.pool.query('CHECKPOINT')
    const folders = await readdir(path.join(cluster, 'base'), { recursive: true, withFileTypes: true })
    const files = folders
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(100)
    expect(await foundIn(files)).toEqual([])
  })
})
