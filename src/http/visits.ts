import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { isbot } from 'isbot'
import type { TouchKind } from '../commands/guest/commands.ts'

/** Exchange Online Protection, as Microsoft publishes it: nobody browses from there. */
const MAIL_PROTECTION = new BlockList()
MAIL_PROTECTION.addSubnet('40.92.0.0', 15)
MAIL_PROTECTION.addSubnet('40.107.0.0', 16)
MAIL_PROTECTION.addSubnet('52.100.0.0', 14)
MAIL_PROTECTION.addSubnet('104.47.0.0', 17)
MAIL_PROTECTION.addSubnet('2a01:111:f400::', 48, 'ipv6')
MAIL_PROTECTION.addSubnet('2a01:111:f403::', 48, 'ipv6')

/** Programs that fetch a page to show a preview of it in a chat. */
const UNFURLERS =
  /facebookexternalhit|facebot|whatsapp|telegrambot|slackbot|twitterbot|discordbot|linkedinbot|skypeuripreview|viber|pinterest|signal|mattermost|snapchat|line-poker|kakaotalk-scrap/i

/** Headers by which a browser says that it fetches ahead of the user. */
const PREFETCH_HEADERS = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'] as const

/**
 * Labels an unscored visit of a guest's link, for the host's information. The label changes nothing of what is answered:
 * agents can be forged, and only the guest's gesture is scored.
 */
export function classifyVisit(request: Pick<FastifyRequest, 'headers' | 'ip'>): TouchKind {
  if (isFetchedAhead(request)) return 'prefetch'
  const agent = request.headers['user-agent'] ?? ''
  if (UNFURLERS.test(agent)) return 'unfurl'
  return agent === '' || isbot(agent) || isMailProtection(request.ip) ? 'scanner' : 'page'
}

/**
 * Whether no gesture of a person can be behind a request, even one that opens an invitation: mail scanners press buttons
 * (next-auth#1840). The agent does not count, for anybody can send that of a scanner.
 */
export function isUnattended(request: Pick<FastifyRequest, 'headers' | 'ip'>): boolean {
  return isFetchedAhead(request) || isMailProtection(request.ip)
}

function isFetchedAhead({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return PREFETCH_HEADERS.some((name) => /prefetch|prerender|preview/i.test(String(headers[name] ?? '')))
}

function isMailProtection(ip: string): boolean {
  const version = isIP(ip)
  return version !== 0 && MAIL_PROTECTION.check(ip, version === 6 ? 'ipv6' : 'ipv4')
}
