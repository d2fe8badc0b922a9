import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requireEditable } from '../../commands/settings/decider.ts'
import { id, problem } from '../../contracts/common.ts'
import { importQuery, importReport, type ImportReport } from '../../contracts/guests.ts'
import { parseGuestFile, type GuestFile } from '../../import/guest-file.ts'
import { originalRows } from '../../import/original-rows.ts'
import { planImport, type ImportPlan } from '../../import/plan.ts'
import { DomainError } from '../../kernel/errors.ts'
import { derivedId } from '../../kernel/ids.ts'
import { eventIn, hostIn } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { awaitHead } from '../fresh.ts'
import { carryOut, foreseen, type RowResult } from '../guest-import.ts'
import { contextOf, withPosition } from '../requests.ts'

/** Largest file, in bytes: 50,000 guests with long rows stay below it. */
const FILE_LIMIT = 25 * 1024 * 1024

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
      const bytes = await bytesOf(request)
      const file = await parseGuestFile(bytes)
      const context = contextOf(deps, request, `host:${hostIn(request)}`)
      const dryRun = request.query.dryRun === 'true'
      const batchId = derivedId(context.commandId, 'batch')
      // Two imports at the same time would each miss the guests of the other, in one process or in two.
      return deps.inTurn(`import ${eventId}`, async () => {
        const plan = await planFor(eventId, file)
        if (dryRun) return reportOf(bytes, file, plan, foreseen(plan), { batchId, dryRun })
        const { results, position } = await carryOut(deps.commands, eventId, plan, batchId, context)
        withPosition(reply, position)
        return reportOf(bytes, file, plan, results, { batchId, dryRun })
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

async function reportOf(
  bytes: Uint8Array,
  file: GuestFile,
  plan: ImportPlan,
  results: readonly RowResult[],
  { batchId, dryRun }: { readonly batchId: string; readonly dryRun: boolean },
): Promise<ImportReport> {
  const count = (result: RowResult) => results.filter((one) => one === result).length
  const refused = results.filter((result) => typeof result !== 'string')
  const rejected = [...file.rejected, ...plan.ambiguous, ...refused].toSorted((a, b) => a.row - b.row)
  const original = await originalRows(bytes, new Set(rejected.map(({ row }) => row)))
  return {
    batchId,
    dryRun,
    created: count('created'),
    updated: count('updated'),
    skipped: count('skipped'),
    rejected,
    header: [...original.header],
    rejectedRows: original.rows.map(({ row, cells }) => ({ row, cells: [...cells] })),
    withoutAddress: plan.rows.filter(
      ({ row }, at) => results[at] === 'created' && row.email === null && row.phone === null,
    ).length,
    columns: { ...file.columns },
    warnings: [...file.warnings],
  }
}
