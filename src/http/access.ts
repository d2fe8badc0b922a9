import type { FastifyInstance, FastifyRequest } from 'fastify'
import { hostDecider } from '../commands/host/decider.ts'
import { requireEvent, settingsDecider, type ConfiguredEvent } from '../commands/settings/decider.ts'
import { hostStream, settingsStream } from '../events/streams.ts'
import { DomainError, type ErrorKind } from '../kernel/errors.ts'
import { ULID_PATTERN } from '../kernel/ids.ts'
import { SECOND } from '../kernel/time.ts'
import type { AppDeps } from './deps.ts'
import { requireTicket, ticketInvalid, type Ticket } from './door/ticket.ts'
import type { Session } from '../tokens/tokens.ts'
import { awaitMinPosition, bearerOf } from './requests.ts'

export const SESSION_COOKIE = 'gg_session'

export type Role = 'owner' | 'editor' | 'viewer' | 'auditor' | 'door'

/**
 * Who may call a route; every route says so itself.
 * - `public`: anybody. What the handler checks by itself (a link, an rsvp token) is `public` here.
 * - `host`: a signed-in host.
 * - `event:…`: a host with a role on the event of `:eventId` that allows it; others get a 404.
 * - `ticket`: door staff with a scanner ticket.
 */
export type Access = 'public' | 'host' | 'event:read' | 'event:write' | 'event:own' | 'event:door' | 'ticket'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** The signed-in host; set for `host` and `event:…`. */
    hostId: string | null
    /** Set for `event:…`. */
    eventAccess: { eventId: string; event: ConfiguredEvent; role: Role } | null
    /** Set for `ticket`. */
    ticket: Ticket | null
  }
}

const ALLOWED: Readonly<Record<Exclude<Access, 'public' | 'host' | 'ticket'>, readonly Role[]>> = {
  'event:read': ['owner', 'editor', 'viewer', 'auditor'],
  'event:write': ['owner', 'editor'],
  'event:own': ['owner'],
  'event:door': ['owner', 'editor', 'door'],
}

const REFUSALS: ReadonlySet<ErrorKind> = new Set(['unauthenticated', 'forbidden', 'not_found'])

const unauthenticated = () => new DomainError('unauthenticated', 'unauthenticated', 'Sign in to do this.')

/** Installs the check that each route declares with `config.access`; a route without one does not start. */
export function installAccess(app: FastifyInstance, deps: AppDeps): void {
  app.decorateRequest('hostId', null)
  app.decorateRequest('eventAccess', null)
  app.decorateRequest('ticket', null)
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    if (access === undefined) throw new Error(`${String(route.method)} ${route.url} declares no access`)
    if (access === 'public') return
    const check = async (request: FastifyRequest) => {
      await admit(deps, access, request)
    }
    const rest = route.preValidation === undefined ? [] : [route.preValidation].flat()
    route.preValidation = [check, ...rest]
  })
  app.addHook('preHandler', (request, reply) => awaitMinPosition(deps, request, reply))
}

async function admit(
  deps: AppDeps,
  access: Exclude<Access, 'public'>,
  request: FastifyRequest,
): Promise<void> {
  if (access === 'ticket') {
    request.ticket = await ticketOf(deps, request)
    return
  }
  request.hostId = (await sessionOf(deps, request))?.hostId ?? null
  if (request.hostId === null) throw unauthenticated()
  if (access !== 'host') await admitToEvent(deps, access, request, request.hostId)
}

/** Asks again, later, whether the one who made a request may make it; for a connection that outlives its request. */
export async function isStillAdmitted(deps: AppDeps, request: FastifyRequest): Promise<boolean> {
  const { access = 'public' } = request.routeOptions.config
  if (access === 'public') return true
  try {
    await admit(deps, access, request)
    return true
  } catch (error) {
    if (error instanceof DomainError && REFUSALS.has(error.kind)) return false
    throw error
  }
}

/** @throws DomainError `foreign_origin` for a cookie that another site made the browser send */
export async function sessionOf(deps: AppDeps, request: FastifyRequest): Promise<Session | null> {
  const bearer = bearerOf(request)
  if (bearer !== null) return current(deps, bearer)
  const cookie = request.cookies[SESSION_COOKIE]
  if (cookie === undefined) return null
  requireOwnOrigin(deps, request)
  return current(deps, cookie)
}

/** A session ends when its token does, when the host signs out of it, or when the password is replaced: whoever had it may have had the password. */
async function current({ tokens, commands }: AppDeps, token: string): Promise<Session | null> {
  const session = await tokens.verifySession(token)
  if (session === null) return null
  const host = await commands.state(hostDecider, hostStream(session.hostId))
  if (host.kind === 'missing') return null
  return isFromBeforePassword(session, host) || host.endedSessions.has(session.sessionId) ? null : session
}

/** Whether the password was replaced since. `issuedAt` in milliseconds since the epoch, in whole seconds. */
export function isFromBeforePassword(
  { issuedAt }: { readonly issuedAt: number },
  { passwordChangedAt: changed }: { readonly passwordChangedAt: number | null },
): boolean {
  return changed !== null && issuedAt < Math.floor(changed / SECOND) * SECOND
}

/** @throws DomainError `ticket_invalid`, `ticket_revoked` */
async function ticketOf({ tokens, commands }: AppDeps, request: FastifyRequest): Promise<Ticket> {
  const token = bearerOf(request)
  const claims = token === null ? null : await tokens.verifyScanner(token)
  if (claims === null) throw ticketInvalid()
  return requireTicket(claims, await commands.state(settingsDecider, settingsStream(claims.eventId)))
}

/**
 * A cookie comes along whoever makes the browser send the request; the origin tells who did. Browsers name it on every
 * request that changes something, and on WebSocket handshakes.
 */
function requireOwnOrigin(deps: AppDeps, request: FastifyRequest): void {
  const { origin } = request.headers
  const own = [deps.publicUrl(), `${request.protocol}://${request.host}`]
  if (origin === undefined || own.includes(origin)) return
  throw new DomainError('forbidden', 'foreign_origin', 'This request came from another site.')
}

async function admitToEvent(
  deps: AppDeps,
  access: keyof typeof ALLOWED,
  request: FastifyRequest,
  hostId: string,
): Promise<void> {
  const { eventId = '' } = request.params as { eventId?: string }
  const state = ULID_PATTERN.test(eventId)
    ? await deps.commands.state(settingsDecider, settingsStream(eventId))
    : ({ kind: 'missing' } as const)
  const event = requireEvent(state)
  const role = roleOf(event, hostId)
  // To an outsider the event does not exist.
  if (role === null) requireEvent({ kind: 'missing' })
  else if (ALLOWED[access].includes(role)) request.eventAccess = { eventId, event, role }
  else
    throw new DomainError('forbidden', 'wrong_role', `Your role on this event (${role}) does not allow this.`)
}

function roleOf(event: ConfiguredEvent, hostId: string): Role | null {
  return event.ownerId === hostId ? 'owner' : null
}

/** @returns the host of a route that declares `host` or `event:…` */
export function hostIn(request: FastifyRequest): string {
  if (request.hostId === null) throw unauthenticated()
  return request.hostId
}

/** @returns the event of a route that declares `event:…` */
export function eventIn(request: FastifyRequest): { eventId: string; event: ConfiguredEvent; role: Role } {
  if (request.eventAccess === null) throw new Error(`${request.routeOptions.url ?? ''} has no event`)
  return request.eventAccess
}

/** @returns the ticket of a route that declares `ticket` */
export function ticketIn(request: FastifyRequest): Ticket {
  if (request.ticket === null) throw new Error(`${request.routeOptions.url ?? ''} has no ticket`)
  return request.ticket
}
