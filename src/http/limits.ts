import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../kernel/errors.ts'
import { MINUTE } from '../kernel/time.ts'
import { ipPrefix, parseAddress } from '../scoring/network.ts'

/** Tries with credentials from one address (IPv6: one network), in a minute. A household or an office shares an address. */
const TRIES_PER_ADDRESS = 30

/** Tries for one account from one network, in 15 minutes. Keyed with the network, so that nobody locks out the owner. */
const TRIES_PER_ACCOUNT = 10

/** Invalid links from one network, in a minute; guests with a valid link are never counted. */
const INVALID_LINKS_PER_NETWORK = 60

/** Replays of a history for one host, in a minute: each reads every fact of an event. */
const REPLAYS_PER_HOST = 10

/**
 * Wrong codes from one network, in 15 minutes, over all guests; right ones are never counted. The limits of one link are
 * in its stream: this one is for who holds many links.
 */
const WRONG_CODES_PER_NETWORK = 30

const networkOf = (request: FastifyRequest) => ipPrefix(request.ip) ?? request.ip

/** Providers hand a household a /64 or more: counting single IPv6 addresses would count nothing. */
function addressOf(request: FastifyRequest): string {
  const address = parseAddress(request.ip)
  return address?.kind() === 'ipv4' ? address.toString() : networkOf(request)
}

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
    keyGenerator: (request) => `credentials ${addressOf(request)}`,
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

/** Bounds how often a host has a history read again. */
export function replayLimit(app: FastifyInstance, hostOf: (request: FastifyRequest) => string) {
  const perHost = app.createRateLimit({
    max: REPLAYS_PER_HOST,
    timeWindow: MINUTE,
    keyGenerator: (request) => `replays ${hostOf(request)}`,
  })
  return {
    /** Counts one replay. @throws DomainError `too_many/rate_limited` */
    async count(request: FastifyRequest): Promise<void> {
      refuse(await perHost(request), 'Too many replays in a minute. The kept preview says the same.')
    },
  }
}

/** Bounds guesses of the codes that are sent to guests. */
export function codeLimit(app: FastifyInstance) {
  const perNetwork = app.createRateLimit({
    max: WRONG_CODES_PER_NETWORK,
    timeWindow: 15 * MINUTE,
    keyGenerator: (request) => `codes ${networkOf(request)}`,
  })
  return {
    /** To be asked before a code is looked at. @throws DomainError `too_many/rate_limited` */
    async check(request: FastifyRequest): Promise<void> {
      const limit = await perNetwork(request, { increment: false })
      const isExceeded = 'remaining' in limit && limit.remaining === 0
      refuse({ ...limit, isExceeded }, 'Too many codes that are not right. Wait a few minutes and try again.')
    },
    /** Counts one wrong code. */
    async countWrong(request: FastifyRequest): Promise<void> {
      await perNetwork(request)
    },
  }
}
