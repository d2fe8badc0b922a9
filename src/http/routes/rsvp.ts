import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { guestDecider } from '../../commands/guest/decider.ts'
import { linkInvalid } from '../../commands/guest/openings.ts'
import { arrivedCount, type InvitedGuest } from '../../commands/guest/state.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import { blockedProblem, problem } from '../../contracts/common.ts'
import { openAnswer, openBody, rsvpAnswer, rsvpBody, sealedInvitation } from '../../contracts/rsvp.ts'
import { guestStream, rsvpsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, derivedId } from '../../kernel/ids.ts'
import type { CommandContext } from '../../eventstore/codec.ts'
import type { LinkClaims } from '../../tokens/tokens.ts'
import type { AppDeps } from '../deps.ts'
import { createLinks, type LiveLink } from '../links.ts'
import { sendPage } from '../pages.ts'
import { bearerOf, contextOf, onceContext, withPosition } from '../requests.ts'
import { passOf, rsvpOf, sealedView } from '../views/invitation.ts'
import { openedView, prepareOpened, stopped, turnedAway } from '../views/opened.ts'
import { classifyVisit, isUnattended } from '../visits.ts'

/** Any text: what is not a link is answered as a link that does not work. */
const params = z.object({ token: z.string().max(200) })
const refused = { 400: problem, 404: problem, 429: problem }

export const rsvpRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const links = createLinks(app, deps)
  const { commands } = deps
  app.addHook('onSend', async (_request, reply) => {
    // Nothing behind a personal link is kept by caches or found by search engines.
    void reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow' })
  })

  app.get(
    '/r/:token',
    { config: { access: 'public' }, schema: { hide: true, params } },
    async (request, reply) => {
      const link = await links.require(request, request.params.token).catch((error: unknown) => {
        if (error instanceof DomainError && error.code === 'link_invalid') return null
        throw error
      })
      if (link === null) return sendPage(reply.code(404), 'r.html')
      if (request.method !== 'HEAD') recordTouch(request, link)
      return sendPage(reply, 'r.html')
    },
  )

  app.get(
    '/api/rsvp/:token',
    {
      config: { access: 'public' },
      schema: { tags: ['guest page'], params, response: { 200: sealedInvitation, ...refused } },
    },
    async (request) => sealedView((await links.require(request, request.params.token)).event),
  )

  app.post(
    '/api/rsvp/:token/open',
    {
      // Answers of about 1 kB: compressing costs more than it saves (4 % of an opening, by CPU profile).
      compress: false,
      config: { access: 'public' },
      schema: {
        tags: ['guest page'],
        description:
          'The guest opened the invitation: scored, recorded, and answered with a token to reply with. A mail scanner that presses the button, or a browser that does it ahead of its user, is turned away unscored.',
        params,
        body: openBody,
        response: { 200: openAnswer, 403: blockedProblem, ...refused },
      },
    },
    async (request, reply) => {
      const { token } = request.params
      if (isUnattended(request)) {
        // Scored, it would be what the guest is compared with: the scanner the guest, and the guest a stranger.
        recordTouch(request, await links.require(request, token))
        throw turnedAway()
      }
      const claims = deps.tokens.verifyLink(token)
      if (claims === null) return links.refuse(request)
      const context = contextOf(deps, request, `guest:${claims.guestId}`)
      const attemptId = derivedId(context.commandId)
      const visitor = visitorOf(request, request.body.fingerprint)
      // What the answer needs is prepared while the opening is recorded.
      const prepared = prepareOpened(deps, claims, attemptId)
      const opened = await links.guard(request, () => deps.openings.open(claims, visitor, attemptId, context))
      withPosition(reply, opened.position)
      if (opened.decision !== 'allowed') throw await stopped(deps, claims, opened)
      return openedView(deps, { claims, token, ...opened }, prepared)
    },
  )

  app.post(
    '/api/rsvp/:token',
    {
      config: { access: 'public' },
      schema: {
        tags: ['guest page'],
        params,
        body: rsvpBody,
        response: { 200: rsvpAnswer, 401: problem, 409: problem, ...refused },
      },
    },
    async (request, reply) => {
      const link = await links.require(request, request.params.token)
      const { claims, guest, event } = link
      await requireOpening(request, link)
      const { answer, partySize, plusOneNames = [], note = null } = request.body
      requireSeatsOfThoseInside(guest, answer === 'attending' ? partySize : 0)
      const context = contextOf(deps, request, `guest:${claims.guestId}`)
      const { state, position } = await commands.execute(
        rsvpsDecider,
        rsvpsStream(claims.eventId),
        {
          kind: 'answer',
          guestId: claims.guestId,
          answer,
          partySize,
          plusOneNames,
          note,
          plusOnesAllowed: guest.plusOnesAllowed,
          open: event.status === 'published',
          at: context.at,
        },
        context,
      )
      await links.guard(request, () => requireStillListed(claims, context))
      const seat = state.seats.get(claims.guestId)
      if (seat === undefined) throw linkInvalid()
      withPosition(reply, position)
      const pass = await passOf(deps, claims, event, seat)
      return { rsvp: rsvpOf(seat), status: seat.status, ...(pass === undefined ? {} : { pass }) }
    },
  )

  app.get(
    '/api/rsvp/:token/event.ics',
    { config: { access: 'public' }, schema: { tags: ['guest page'], params } },
    async (request, reply) => {
      const { claims, event } = await links.require(request, request.params.token)
      return reply
        .type('text/calendar; charset=utf-8')
        .header('content-disposition', 'attachment; filename="event.ics"')
        .send(deps.calendarFile(claims.eventId, event))
    },
  )

  /** The page does not wait for it: a visit that is not recorded costs nobody anything. */
  function recordTouch(request: FastifyRequest, { claims }: LiveLink): void {
    const { ip, userAgent } = visitorOf(request)
    const context = onceContext(deps, request, `guest:${claims.guestId}`)
    const touch = {
      kind: 'touch',
      touch: classifyVisit(request),
      at: context.at,
      linkVersion: claims.version,
      ip,
      userAgent,
    } as const
    const stream = guestStream(claims.eventId, claims.guestId)
    commands.execute(guestDecider, stream, touch, context).catch((error: unknown) => {
      request.log.warn({ err: error }, 'a visit was not recorded')
    })
  }

  /**
   * @throws DomainError `opening_expired` unless the request carries the token of an opening of this very link that the
   *   host has not called suspicious since
   */
  /**
   * Who left the list while the answer was under way has no seat of it: what takes back the seats of those who leave may
   * have come before the answer, which it can not have seen.
   */
  async function requireStillListed(
    { eventId, guestId }: LinkClaims,
    context: CommandContext,
  ): Promise<void> {
    const guest = await commands.state(guestDecider, guestStream(eventId, guestId))
    if (guest.kind === 'invited' && guest.gone === null) return
    const commandId = commandIdOf(context.commandId, 'withdraw')
    await commands.execute(
      rsvpsDecider,
      rsvpsStream(eventId),
      { kind: 'withdraw', guestId },
      { ...context, commandId },
    )
    throw linkInvalid()
  }

  async function requireOpening(request: FastifyRequest, { claims, guest }: LiveLink): Promise<void> {
    const { eventId, guestId, version } = claims
    const bearer = bearerOf(request)
    const opening = bearer === null ? null : await deps.tokens.verifyRsvp(bearer)
    const ofThisLink =
      opening?.eventId === eventId && opening.guestId === guestId && opening.linkVersion === version
    if (ofThisLink && guest.attempts.get(opening.attemptId)?.verdict !== 'suspicious') return
    throw new DomainError('unauthenticated', 'opening_expired', 'Open the invitation again to answer.')
  }
}

/** @param wanted people whom the answer says to come. Seats of people who are inside are not given to others. */
function requireSeatsOfThoseInside(guest: InvitedGuest, wanted: number): void {
  const inside = arrivedCount(guest)
  if (wanted >= inside) return
  const who = inside === 1 ? 'You have' : `${String(inside)} of you have`
  const detail = `${who} arrived already, so your answer stays as it is. If that is wrong, tell the people at the door.`
  throw new DomainError('conflict', 'already_arrived', detail, { extras: { arrived: inside } })
}

function visitorOf(request: FastifyRequest, fingerprint?: Record<string, string> | null) {
  const userAgent = request.headers['user-agent']?.slice(0, 512) ?? null
  const given = fingerprint != null && Object.keys(fingerprint).length > 0
  return {
    ip: request.ip,
    userAgent: userAgent === '' ? null : userAgent,
    fingerprint: given ? fingerprint : null,
  }
}
