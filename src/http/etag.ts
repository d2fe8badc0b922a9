import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../kernel/errors.ts'

/** @param counts what tells one version of the thing from the next, such as how often it was changed */
export function withEtag(reply: FastifyReply, ...counts: readonly number[]): void {
  void reply.header('etag', `"${counts.join('-')}"`)
}

/**
 * @param expected how many counts the ETag of this thing has
 * @returns the counts that If-Match names, null without the header
 * @throws DomainError `invalid/bad_if_match`
 */
export function ifMatch(
  { headers }: Pick<FastifyRequest, 'headers'>,
  expected = 1,
): readonly number[] | null {
  const header = headers['if-match']
  if (header === undefined || header === '*') return null
  // A proxy that compresses marks the ETag as weak; it is still the one we gave.
  const counts = /^(?:W\/)?"(\d{1,9}(?:-\d{1,9})*)"$/.exec(header)?.[1]?.split('-')
  if (counts?.length !== expected)
    throw new DomainError('invalid', 'bad_if_match', 'If-Match takes an ETag as this server gave it.')
  return counts.map(Number)
}
