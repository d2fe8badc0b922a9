import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../kernel/errors.ts'
import { MINUTE } from '../kernel/time.ts'
import { ipPrefix } from '../scoring/network.ts'

/** Tries with credentials from one address, in a minute. A household or an office shares an address. */
const TRIES_PER_ADDRESS = 30

/** Tries for one account from one network, in 15 minutes. Keyed with the network, so that nobody locks out the owner. */
const TRIES_PER_ACCOUNT = 10

/** Invalid links from one network, in a minute; guests with a valid link are never counted. */
const INVALID_LINKS_PER_NETWORK = 60

/** Providers hand a household a /64 or more: counting single IPv6 addresses would count nothing. */
const networkOf = (request: FastifyRequest) => ipPrefix(request.ip) ?? request.ip

interface Limit {
  readonly isAllowed: boolean
  readonly isExceeded?: boolean
  readonly ttlInSeconds?: number
}

function refuse(limit: Limit, detail: string): void {
  if (limit.isAllowed || limit.isExceeded !== true) return
  throw new DomainError('too_many', 'rate_limited', detail, {
    extras: { retryAfter: limit.ttlInSeconds ?? 60 },
  })
}

/** Bounds guesses of passwords. */
export function credentialLimits(app: FastifyInstance) {
  const perAddress = app.createRateLimit({
    max: TRIES_PER_ADDRESS,
    timeWindow: MINUTE,
    keyGenerator: (request) => `credentials ${request.ip}`,
  })
  const accounts = new WeakMap<FastifyRequest, string>()
  const perAccount = app.createRateLimit({
    max: TRIES_PER_ACCOUNT,
    timeWindow: 15 * MINUTE,
    keyGenerator: (request) => `account ${networkOf(request)} ${accounts.get(request) ?? ''}`,
  })
  return {
    /** @throws DomainError `too_many/rate_limited` */
    async check(request: FastifyRequest, account?: string): Promise<void> {
      const detail = 'Too many tries. Wait a few minutes and try again.'
      refuse(await perAddress(request), detail)
      if (account === undefined) return
      accounts.set(request, account)
      refuse(await perAccount(request), detail)
    },
  }
}

/** Bounds guesses of links, without ever counting a guest whose link is valid. */
export function invalidLinkLimit(app: FastifyInstance) {
  const perNetwork = app.createRateLimit({
    max: INVALID_LINKS_PER_NETWORK,
    timeWindow: MINUTE,
    keyGenerator: (request) => `links ${networkOf(request)}`,
  })
  return {
    /** Counts one invalid link. @throws DomainError `too_many/rate_limited` */
    async count(request: FastifyRequest): Promise<void> {
      refuse(await perNetwork(request), 'Too many links that do not work. Wait a minute and try again.')
    },
  }
}
