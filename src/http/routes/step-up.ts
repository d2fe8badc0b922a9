import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { InvitedGuest } from '../../commands/guest/state.ts'
import { CODE_VALIDITY } from '../../commands/guest/step-up.ts'
import { problem } from '../../contracts/common.ts'
import { codeBody, codeSent, openAnswer } from '../../contracts/rsvp.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { derivedId } from '../../kernel/ids.ts'
import { SECOND } from '../../kernel/time.ts'
import type { AppDeps } from '../deps.ts'
import { createLinks } from '../links.ts'
import { bearerOf, contextOf, withPosition } from '../requests.ts'
import { openedView } from '../views/opened.ts'

const params = z.object({ token: z.string().max(200) })
const refused = { 400: problem, 401: problem, 404: problem, 409: problem, 429: problem }

/** The way back of a guest who was stopped: a code sent to the address that the host has. */
export const stepUpRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const links = createLinks(app, deps)
  const { commands, tokens } = deps

  app.post(
    '/api/rsvp/:token/code',
    {
      config: { access: 'public' },
      schema: {
        tags: ['guest page'],
        description:
          'Sends a six-digit code to the address on file. Bearer: the challengeToken of the refusal.',
        params,
        response: { 202: codeSent, ...refused },
      },
    },
    async (request, reply) => {
      const { claims, attemptId, event } = await challenged(request, request.params.token)
      const context = contextOf(deps, request, `guest:${claims.guestId}`)
      const challengeId = derivedId(context.commandId, 'challenge')
      const { state, position } = await commands.execute(
        guestDecider,
        guestStream(claims.eventId, claims.guestId),
        { kind: 'request_step_up', attemptId, challengeId, at: context.at, stepUp: event.stepUp },
        context,
      )
      withPosition(reply, position)
      return reply.code(202).send({ ...hintOf(state), validSeconds: CODE_VALIDITY / SECOND })
    },
  )

  app.post(
    '/api/rsvp/:token/code/verify',
    {
      config: { access: 'public' },
      schema: {
        tags: ['guest page'],
        description: 'Opens the invitation with the code. Bearer: the challengeToken of the refusal.',
        params,
        body: codeBody,
        response: { 200: openAnswer, ...refused },
      },
    },
    async (request, reply) => {
      const { token } = request.params
      const { claims, attemptId, guest, event } = await challenged(request, token)
      const challengeId = guest.attempts.get(attemptId)?.challenge?.challengeId
      if (challengeId === undefined) throw codeExpired()
      const context = contextOf(deps, request, `guest:${claims.guestId}`)
      const right = tokens.isStepUpCode(challengeId, request.body.code)
      const { state, position } = await commands.execute(
        guestDecider,
        guestStream(claims.eventId, claims.guestId),
        { kind: 'answer_step_up', attemptId, challengeId, at: context.at, right },
        context,
      )
      withPosition(reply, position)
      if (state.kind === 'missing') throw codeExpired()
      const attempt = state.attempts.get(attemptId)
      if (attempt?.decision !== 'allowed') {
        throw new DomainError('invalid', 'wrong_code', 'This is not the code that was sent.', {
          fields: [{ path: 'code', message: 'is not the code that was sent' }],
        })
      }
      return openedView(deps, {
        claims,
        token,
        attemptId,
        band: attempt.score?.band ?? null,
        guest: state,
        event,
      })
    },
  )

  /** @throws DomainError `link_invalid`; `opening_expired` unless the request carries the token of a refusal of this link */
  async function challenged(request: FastifyRequest, token: string) {
    const live = await links.require(request, token)
    const bearer = bearerOf(request)
    const challenge = bearer === null ? null : await tokens.verifyChallenge(bearer)
    const { guestId, version } = live.claims
    if (challenge?.guestId !== guestId || challenge.linkVersion !== version) {
      throw new DomainError('unauthenticated', 'opening_expired', 'Open the invitation again.')
    }
    return { ...live, attemptId: challenge.attemptId }
  }
}

function codeExpired(): DomainError {
  return new DomainError('conflict', 'code_expired', 'This code is no longer good. Ask for a new one.')
}

/** @returns as much of the address as tells its owner where to look, and nobody else what it is */
function hintOf(guest: InvitedGuest | { readonly kind: 'missing' }) {
  const { email, phone } = guest.kind === 'missing' ? { email: null, phone: null } : guest.contact
  if (email !== null) {
    const [name = '', domain = ''] = email.split('@')
    return { channel: 'email' as const, to: `${name.slice(0, 1)}•••@${domain.slice(0, 1)}•••` }
  }
  return { channel: 'sms' as const, to: `••• ${(phone ?? '').slice(-2)}` }
}
