import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { guestDecider } from '../../commands/guest/decider.ts'
import { requireEditable } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import { importQuery, importReport } from '../../contracts/guests.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import type { Position } from '../../eventstore/port.ts'
import { guestStream } from '../../events/streams.ts'
import { parseGuestFile, type GuestFile } from '../../import/guest-file.ts'
import { planImport, type ImportPlan, type PlannedRow } from '../../import/plan.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId } from '../../kernel/ids.ts'
import { inParallel } from '../../kernel/parallel.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { contextOf, withPosition } from '../requests.ts'

/** Largest file, in bytes: 50,000 guests with long rows stay below it. */
const FILE_LIMIT = 25 * 1024 * 1024

/** Appends under way at once for one import; they are gathered into few transactions. */
const PARALLEL = 500

export const importRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  await app.register(multipart, { limits: { fileSize: FILE_LIMIT, files: 1, fields: 5 } })
  const takeBytes = (_request: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void) => {
    done(null, body)
  }
  for (const type of [
    'text/csv',
    'text/plain',
    'text/tab-separated-values',
    'application/vnd.ms-excel',
    'application/octet-stream',
  ]) {
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: FILE_LIMIT }, takeBytes)
  }
  const oneByOne = turnstile()

  app.post(
    '/api/events/:eventId/guests/import',
    {
      bodyLimit: FILE_LIMIT,
      config: { access: 'event:write', feature: 'import' },
      schema: {
        tags: ['guests'],
        description:
          'Takes a CSV file as the body (text/csv) or as a multipart upload. Good rows go in, bad ones are reported.',
        params: z.object({ eventId: id }),
        querystring: importQuery,
        response: {
          200: importReport,
          400: problem,
          401: problem,
          403: problem,
          404: problem,
          409: problem,
          503: problem,
          413: problem,
          415: problem,
        },
      },
    },
    async (request, reply) => {
      const { eventId, event } = eventIn(request)
      requireEditable(event)
      const file = await parseGuestFile(await bytesOf(request))
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const dryRun = request.query.dryRun === 'true'
      const batchId = derivedId(context.commandId, 'batch')
      // Two imports at the same time would each miss the guests of the other.
      return oneByOne(eventId, async () => {
        const plan = await planFor(eventId, file)
        if (!dryRun) withPosition(reply, await carryOut(eventId, plan, batchId, context))
        return reportOf(file, plan, batchId, dryRun)
      })
    },
  )

  async function planFor(eventId: string, { rows }: GuestFile): Promise<ImportPlan> {
    await awaitHead(deps)
    const existing = await deps.readModels.queries.guests.findByContact(eventId, {
      emails: rows.flatMap(({ email }) => email ?? []),
      phones: rows.flatMap(({ phone }) => phone ?? []),
      externalRefs: rows.flatMap(({ externalRef }) => externalRef ?? []),
    })
    return planImport(rows, existing)
  }

  async function carryOut(
    eventId: string,
    plan: ImportPlan,
    batchId: string,
    context: CommandContext,
  ): Promise<Position | null> {
    let latest: Position | null = null
    await inParallel(plan.rows, PARALLEL, async (planned) => {
      if (planned.kind === 'skip') return
      const guestId =
        planned.kind === 'create' ? derivedId(context.commandId, planned.identity) : planned.guestId
      const command = commandOf(planned, batchId)
      const own = { ...context, commandId: commandIdOf(context.commandId, guestId) }
      const { position } = await deps.commands.execute(
        guestDecider,
        guestStream(eventId, guestId),
        command,
        own,
      )
      if (position !== null && (latest === null || position > latest)) latest = position
    })
    return latest
  }
}

function commandOf(planned: Exclude<PlannedRow, { kind: 'skip' }>, batchId: string) {
  return planned.kind === 'create'
    ? ({ kind: 'invite', ...planned.invite, batchId } as const)
    : ({ kind: 'change_details', changes: planned.changes, ifChanges: null } as const)
}

async function bytesOf(request: FastifyRequest): Promise<Uint8Array> {
  if (Buffer.isBuffer(request.body)) return request.body
  if (request.isMultipart()) {
    const file = await request.file()
    if (file !== undefined) return file.toBuffer()
  }
  throw new DomainError(
    'invalid',
    'no_file',
    'Send the guest list as a CSV file: as the body with type text/csv, or as an upload.',
  )
}

function reportOf(file: GuestFile, plan: ImportPlan, batchId: string, dryRun: boolean) {
  const count = (kind: PlannedRow['kind']) => plan.rows.filter((row) => row.kind === kind).length
  return {
    batchId,
    dryRun,
    created: count('create'),
    updated: count('update'),
    skipped: count('skip'),
    rejected: [...file.rejected, ...plan.ambiguous].toSorted((a, b) => a.row - b.row),
    columns: { ...file.columns },
    warnings: [...file.warnings],
  }
}

/** Runs what has the same key one after the other. */
function turnstile() {
  const last = new Map<string, Promise<unknown>>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).catch(() => undefined).then(work)
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}
