import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { guestDecider } from '../../commands/guest/decider.ts'
import type { Attempt, GuestState } from '../../commands/guest/state.ts'
import { CODE_VALIDITY, MAX_CODE_TRIES } from '../../commands/guest/step-up.ts'
import { problem } from '../../contracts/common.ts'
import { codeBody, codeProblem, codeSent, openAnswer, type CodeSent } from '../../contracts/rsvp.ts'
import { guestStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { derivedId } from '../../kernel/ids.ts'
import { SECOND } from '../../kernel/time.ts'
import type { AppDeps } from '../deps.ts'
import { codeLimit } from '../limits.ts'
import { createLinks } from '../links.ts'
import { bearerOf, contextOf, withPosition } from '../requests.ts'
import { openedView, prepareOpened } from '../views/opened.ts'

const params = z.object({ token: z.string().max(200) })
const refused = { 400: codeProblem, 401: problem, 404: problem, 409: problem, 429: problem }

/** The way back of a guest who was stopped: a code sent to the address that the host has. */
export const stepUpRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const links = createLinks(app, deps)
  const limit = codeLimit(app)
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
      await limit.check(request)
      const context = contextOf(deps, request, `guest:${claims.guestId}`)
      // None is open any more when this is the retry of the right code, which is answered as it was the first time.
      const challengeId = guest.attempts.get(attemptId)?.challenge?.challengeId ?? null
      const right = challengeId !== null && tokens.isStepUpCode(challengeId, request.body.code)
      const { state, facts, position } = await commands.execute(
        guestDecider,
        guestStream(claims.eventId, claims.guestId),
        { kind: 'answer_step_up', attemptId, challengeId, at: context.at, right },
        context,
      )
      withPosition(reply, position)
      const attempt = state.kind === 'missing' ? undefined : state.attempts.get(attemptId)
      if (state.kind === 'missing' || attempt?.decision !== 'allowed') {
        if (facts.length > 0) await limit.countWrong(request)
        throw wrongCode(attempt)
      }
      // Who has the code is verified, whatever the opening looked like before.
      return openedView(
        deps,
        { claims, token, attemptId, band: 'low', guest: state, event },
        prepareOpened(deps, claims, attemptId),
      )
    },
  )

  /** @throws DomainError `link_invalid`; `opening_expired` unless the request carries the token of a refusal of this link */
  async function challenged(request: FastifyRequest, token: string) {
    const live = await links.require(request, token)
    const bearer = bearerOf(request)
    const challenge = bearer === null ? null : await tokens.verifyChallenge(bearer)
    const { eventId, guestId, version } = live.claims
    const same = challenge?.eventId === eventId && challenge.guestId === guestId
    if (!same || challenge.linkVersion !== version) {
      throw new DomainError('unauthenticated', 'opening_expired', 'Open the invitation again.')
    }
    return { ...live, attemptId: challenge.attemptId }
  }
}

function wrongCode(attempt: Attempt | undefined): DomainError {
  const failures = attempt?.challenge?.failures ?? MAX_CODE_TRIES
  return new DomainError('invalid', 'wrong_code', 'This is not the code that was sent.', {
    fields: [{ path: 'code', message: 'is not the code that was sent' }],
    extras: { triesLeft: Math.max(0, MAX_CODE_TRIES - failures) },
  })
}

/** As much of the address as tells its owner where to look, and nobody else what it is. */
function hintOf(guest: GuestState): Pick<CodeSent, 'channel' | 'to'> {
  const { email, phone } = guest.kind === 'missing' ? { email: null, phone: null } : guest.contact
  if (email !== null) {
    const [name = '', domain = ''] = email.split('@')
    return { channel: 'email', to: `${name.slice(0, 1)}•••@${domain.slice(0, 1)}•••` }
  }
  return { channel: 'sms', to: `••• ${(phone ?? '').slice(-2)}` }
}
