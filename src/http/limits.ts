import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../kernel/errors.ts'
import { MINUTE } from '../kernel/time.ts'
import { ipPrefix, parseAddress } from '../scoring/network.ts'
import type { DeviceClaims } from '../tokens/tokens.ts'
import { accountTries, type AccountTries } from './account-tries.ts'

/**
 * Tries with credentials from one address (IPv6: one network), in a minute; a household or an office shares an address.
 * And from all known devices of one account: each sign-in elsewhere makes one more, and every try costs a hash.
 */
const TRIES_PER_MINUTE = 30

/**
 * Wrong passwords for one account from one network or one known device, and links to choose a new one from one network,
 * each in 15 minutes. Keyed so that nobody locks out the owner from elsewhere, nor, in a venue, from the owner's own device.
 */
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

export type CredentialLimits = ReturnType<typeof credentialLimits>

/** Bounds guesses of passwords, and mails to choose a new one. */
export function credentialLimits(app: FastifyInstance) {
  const detail = 'Too many tries. Wait a few minutes and try again.'
  const perAddress = app.createRateLimit({
    max: TRIES_PER_MINUTE,
    timeWindow: MINUTE,
    keyGenerator: (request) => `credentials ${addressOf(request)}`,
  })
  const onKnownDevices = accountTries(TRIES_PER_MINUTE, MINUTE)
  const perAccount = accountTries(TRIES_PER_ACCOUNT, 15 * MINUTE)
  const passwordOf = (request: FastifyRequest, email: string) => `password ${networkOf(request)} ${email}`

  const countForAddress = async (request: FastifyRequest) => {
    refuse(await perAddress(request), detail)
  }

  function take(tries: AccountTries, account: string): void {
    const ttlInSeconds = tries.take(account)
    if (ttlInSeconds !== null) refuse({ isAllowed: false, isExceeded: true, ttlInSeconds }, detail)
  }

  return {
    /** Counts a try that is about no account. @throws DomainError `too_many/rate_limited` */
    count: countForAddress,
    /** Counts a mail with a link to choose a new password. @throws DomainError `too_many/rate_limited` */
    async countMail(request: FastifyRequest, email: string): Promise<void> {
      await countForAddress(request)
      take(perAccount, `mail ${networkOf(request)} ${email}`)
    },
    /**
     * Looks for the account with this password. For an account only what is wrong counts: a host signs in on many
     * devices. It counts while it is being looked at, too: guesses at one moment would else all find the same tries left.
     * @param device one that is known for this account: strangers neither see nor spend its tries. Null for a stranger
     * @param look null when the password is wrong
     * @throws DomainError `too_many/rate_limited`, whatever the password: who guesses is not told that it was right
     */
    async guess<T>(
      request: FastifyRequest,
      email: string,
      device: DeviceClaims | null,
      look: () => Promise<T | null>,
    ): Promise<T | null> {
      const account = device === null ? passwordOf(request, email) : `device ${device.deviceId}`
      if (device === null) await countForAddress(request)
      take(perAccount, account)
      let wrong = false
      try {
        // After its own: a device that has none left must not spend those of the others.
        if (device !== null) take(onKnownDevices, device.hostId)
        const found = await look()
        wrong = found === null
        return found
      } finally {
        if (!wrong) perAccount.giveBack(account)
      }
    },
    /** Who has chosen a new password by mail owns the account, whatever was guessed before. */
    forgive: (request: FastifyRequest, email: string) => {
      perAccount.forgive(passwordOf(request, email))
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
