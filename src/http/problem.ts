import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { Problem } from '../contracts/common.ts'
import { RecordTooLarge, StoreUnavailable } from '../eventstore/port.ts'
import { DomainError, type ErrorKind } from '../kernel/errors.ts'

const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unprocessable: 422,
  too_many: 429,
  unavailable: 503,
}

function problemOf(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail }
}

function send(reply: FastifyReply, problem: Problem) {
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem)
}

const CODES: Readonly<Record<string, { status: number; code: string; detail: string }>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'This media type is not taken here.',
  },
  // Fastify's words name the address, which can hold a guest's link.
  FST_ERR_BAD_URL: { status: 400, code: 'bad_address', detail: 'This address is not written correctly.' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 404, code: 'not_found', detail: 'There is nothing at this address.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    code: 'invalid_json',
    detail: 'The body is empty; it takes JSON.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, code: 'invalid_json', detail: 'The body is not JSON.' },
}

/** The body as a whole, and a file in an upload. */
const TOO_LARGE = ['FST_ERR_CTP_BODY_TOO_LARGE', 'FST_REQ_FILE_TOO_LARGE']

/**
 * Answers an error as RFC 9457 problem details. Of one that is not part of the contract nothing is told but that it was
 * logged.
 * @param isOutage whether an error is about the way to the database rather than about what was asked
 */
export function handleError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  isOutage: (error: unknown) => boolean,
): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) return send(reply, invalidRequest(error.validation))
  if (error instanceof DomainError) {
    const problem = { ...problemOf(STATUS[error.kind], error.code, error.message), ...error.extras }
    const { retryAfter } = error.extras
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter))
    return send(reply, error.fields.length === 0 ? problem : { ...problem, errors: [...error.fields] })
  }
  if (error instanceof StoreUnavailable) {
    request.log.error({ err: error }, 'the event store did not answer')
    return comeBack(reply, 'store_unavailable')
  }
  if (error instanceof RecordTooLarge)
    return send(reply, problemOf(413, 'too_large', 'This is too large to record.'))
  const { code, statusCode: status = 500 } = error as FastifyError
  if (TOO_LARGE.includes(code)) {
    const detail = `This is too large: ${sizeOf(request.routeOptions.bodyLimit)} at most are taken here.`
    return send(reply, problemOf(413, 'too_large', detail))
  }
  const listed = CODES[code]
  if (listed !== undefined) return send(reply, problemOf(listed.status, listed.code, listed.detail))
  if (status < 500) return send(reply, problemOf(status, codeOf(status), error.message))
  if (isOutage(error)) {
    request.log.error({ err: error }, 'the database did not answer')
    return comeBack(reply, 'database_unavailable')
  }
  request.log.error({ err: error }, 'unexpected error')
  return send(reply, problemOf(500, 'internal', 'Something went wrong on our side. It has been logged.'))
}

function invalidRequest(validation: readonly { instancePath: string; message?: string }[]): Problem {
  const errors = validation.map(({ instancePath, message }) => ({
    path: instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message: message ?? 'is not valid',
  }))
  const [first] = errors
  const detail =
    first === undefined ? 'The request is not valid.' : `${first.path || 'The request'}: ${first.message}`
  return { ...problemOf(400, 'invalid_request', detail), errors }
}

/** Whether anything was recorded may be unknown: a retry under the same key is safe either way. */
function comeBack(reply: FastifyReply, code: string): FastifyReply {
  void reply.header('retry-after', '2')
  const detail = 'This could not be done right now. Try again in a moment, with the same Idempotency-Key.'
  return send(reply, problemOf(503, code, detail))
}

/** @param bytes a limit, a whole number of kB or MB */
function sizeOf(bytes: number): string {
  const kilobytes = bytes / 1024
  return kilobytes < 1024 ? `${String(kilobytes)} kB` : `${String(kilobytes / 1024)} MB`
}

function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '_')
}

/** What the parser of HTTP itself refuses; nothing else of the product has seen it. */
const UNREADABLE: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: problemOf(431, 'headers_too_large', 'The headers of this request are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: problemOf(408, 'request_timeout', 'The request took too long to arrive.'),
}
const NOT_HTTP = problemOf(400, 'bad_request', 'This is not a request that can be read.')

/** Answers bytes that are no request, as far as somebody still listens, and closes the connection. */
export function handleClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const problem = UNREADABLE[error.code ?? ''] ?? NOT_HTTP
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${String(problem.status)} ${problem.title}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ]
  if (socket.writable) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  else socket.destroy(error)
}

export function handleNotFound(request: FastifyRequest, reply: FastifyReply) {
  return send(
    reply,
    problemOf(404, 'not_found', `There is nothing at ${request.method} ${pathOf(request.url)}.`),
  )
}

/**
 * The path without its query. Guests' tokens are cut, since they would open the invitation: what stands where a token does,
 * and whatever is longer than an id, since a token is one also in an address that is mistyped.
 */
export function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? url
  return path.replace(
    /((?:^|\/)r\/|\/api\/rsvp\/)([^/]+)|([^/]{40,})/g,
    (_, prefix: string | undefined, token: string | undefined, long: string | undefined) =>
      `${prefix ?? ''}${(token ?? long ?? '').slice(0, 6)}…`,
  )
}
