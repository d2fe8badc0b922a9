import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../kernel/errors.ts'

/** @param changes how often the thing was changed */
export function withEtag(reply: FastifyReply, changes: number): void {
  void reply.header('etag', `"${String(changes)}"`)
}

/**
 * @returns the count of changes that If-Match names, null without the header
 * @throws DomainError `invalid/bad_if_match`
 */
export function ifMatch(request: FastifyRequest): number | null {
  const header = request.headers['if-match']
  if (header === undefined || header === '*') return null
  const match = /^"(\d{1,9})"$/.exec(header)
  if (match === null)
    throw new DomainError('invalid', 'bad_if_match', 'If-Match takes an ETag as this server gave it.')
  return Number(match[1])
}
