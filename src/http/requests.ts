import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CommandContext } from '../eventstore/codec.ts'
import type { Position } from '../eventstore/port.ts'
import type { Actor } from '../events/fact.ts'
import { DomainError } from '../kernel/errors.ts'
import { commandIdOf } from '../kernel/ids.ts'
import type { AppDeps } from './deps.ts'

/** Printable ASCII, as draft-ietf-httpapi-idempotency-key-header wants it. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

/** How long a reader waits for the projections to reach the position it names, in milliseconds. */
export const READ_YOUR_WRITES_MS = 2_000

/** The context of a command that cannot be retried under a key, because its request carries a secret. */
export function onceContext(
  deps: Pick<AppDeps, 'clock'>,
  request: FastifyRequest,
  actor: Actor,
): CommandContext {
  return { actor, at: deps.clock.now(), correlationId: request.id, commandId: randomUUID() }
}

/**
 * The context of the command that a request is. With an Idempotency-Key the command id is the same for every try, and
 * so are all ids derived from it.
 * @throws DomainError `invalid/bad_idempotency_key`
 */
export function contextOf(
  deps: Pick<AppDeps, 'clock' | 'tokens'>,
  request: FastifyRequest,
  actor: Actor,
): CommandContext {
  const key = request.headers['idempotency-key']
  const once = onceContext(deps, request, actor)
  if (key === undefined) return once
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new DomainError(
      'invalid',
      'bad_idempotency_key',
      'Idempotency-Key takes 1 to 255 printable ASCII characters without spaces.',
    )
  }
  const what = `${request.method} ${request.routeOptions.url ?? ''} ${JSON.stringify(request.params)}`
  return {
    ...once,
    commandId: commandIdOf(actor, what, key),
    requestDigest: deps.tokens.requestDigest(bodyText(request)),
  }
}

function bodyText({ body }: FastifyRequest): string {
  if (body === undefined || body === null) return ''
  return Buffer.isBuffer(body) ? body.toString('latin1') : JSON.stringify(body)
}

/** Tells the client where a reader has to be to see what it just wrote. */
export function withPosition(reply: FastifyReply, position: Position | null): void {
  if (position !== null) void reply.header('gg-position', String(position))
}

/**
 * Answers reads that name a position only once the projections are there, or marks them stale.
 * @throws DomainError `invalid/bad_position`
 */
export async function awaitMinPosition(
  deps: AppDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const wanted = request.headers['gg-min-position']
  if (request.method !== 'GET' || wanted === undefined) return
  if (typeof wanted !== 'string' || !/^\d{1,19}$/.test(wanted)) {
    throw new DomainError(
      'invalid',
      'bad_position',
      'GG-Min-Position takes a position as GG-Position gave it.',
    )
  }
  const reached = await deps.readModels.waitFor(BigInt(wanted), READ_YOUR_WRITES_MS)
  if (!reached) void reply.header('gg-stale', 'true')
}

/** ISO 8601 of milliseconds since the epoch. */
export const iso = (at: number) => new Date(at).toISOString()

/** @returns the token of `Authorization: Bearer …`, null without one */
export function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([\w.~+/=-]{1,4096})$/.exec(request.headers.authorization ?? '')?.[1] ?? null
}
