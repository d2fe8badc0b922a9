import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { guestDecider } from '../commands/guest/decider.ts'
import { linkInvalid, requireLiveLink } from '../commands/guest/openings.ts'
import type { InvitedGuest } from '../commands/guest/state.ts'
import { settingsDecider, type ConfiguredEvent } from '../commands/settings/decider.ts'
import { guestStream, settingsStream } from '../events/streams.ts'
import { DomainError } from '../kernel/errors.ts'
import type { AppDeps } from './deps.ts'
import type { LinkClaims } from '../tokens/tokens.ts'
import { invalidLinkLimit } from './limits.ts'

/**
 * How long every refusal of a link takes, in milliseconds. Finding out that a link was revoked needs the store, finding
 * out that it is nonsense does not; the difference would tell a guesser which is which.
 */
const REFUSAL_MS = 60

/** Longest part of an address that reaches a route, in characters; a link has 72. */
export const LONGEST_PARAM = 200

/** No link, but like one in that it reaches the routes of links. */
const NO_LINK = '-'

/**
 * A token that is too long, or has an escape that means nothing, is refused by the router in words of its own and at
 * once. It is exchanged for one that takes the way of every other token that is no link.
 * @param url as it was asked for
 * @returns the address to look for a route with
 */
export function withReadableLink(url: string): string {
  return url.replace(/^(\/r\/|\/api\/rsvp\/)([^/?#]+)/, (whole, prefix: string, token: string) =>
    isReadable(token) ? whole : prefix + NO_LINK,
  )
}

function isReadable(token: string): boolean {
  if (token.length > LONGEST_PARAM) return false
  try {
    return decodeURIComponent(token) !== ''
  } catch {
    return false
  }
}

export interface LiveLink {
  readonly claims: LinkClaims
  readonly guest: InvitedGuest
  readonly event: ConfiguredEvent
}

export interface Links {
  /**
   * Checks a link and everything it leads to.
   * @throws DomainError `link_invalid`, the same for every reason and after the same time; `rate_limited`
   */
  require(request: FastifyRequest, token: string): Promise<LiveLink>
  /** Answers a token that is no link, as `require` does. */
  refuse(request: FastifyRequest): Promise<never>
  /** Runs `work`; a `link_invalid` of it is answered as `require` does. */
  guard<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T>
}

export function createLinks(app: FastifyInstance, deps: AppDeps): Links {
  const limit = invalidLinkLimit(app)

  async function guard<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'link_invalid') throw error
      await sleep(Math.max(0, REFUSAL_MS - (performance.now() - started)))
      await limit.count(request)
      throw error
    }
  }

  async function find(token: string): Promise<LiveLink> {
    const claims = deps.tokens.verifyLink(token)
    if (claims === null) throw linkInvalid()
    const [event, guest] = await Promise.all([
      deps.commands.state(settingsDecider, settingsStream(claims.eventId)),
      deps.commands.state(guestDecider, guestStream(claims.eventId, claims.guestId)),
    ])
    if (event.kind === 'missing' || guest.kind === 'missing') throw linkInvalid()
    requireLiveLink(guest, claims.version)
    return { claims, guest, event }
  }

  return {
    require: (request, token) => guard(request, () => find(token)),
    refuse: (request) => guard(request, () => Promise.reject(linkInvalid())),
    guard,
  }
}
