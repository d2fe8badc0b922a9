import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { hostDecider } from '../../commands/host/decider.ts'
import { hostIdOf } from '../../commands/registration.ts'
import { resetBody, resetRequestBody } from '../../contracts/auth.ts'
import { problem } from '../../contracts/common.ts'
import { hostStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { AppDeps } from '../deps.ts'
import { rememberDevice } from '../known-device.ts'
import type { CredentialLimits } from '../limits.ts'
import { onceContext } from '../requests.ts'

interface Deps extends AppDeps {
  readonly limits: CredentialLimits
}

export const passwordRoutes: FastifyPluginAsyncZod<Deps> = async (app, deps) => {
  const { limits } = deps
  const underWay = new Set<Promise<void>>()
  app.addHook('onClose', async () => {
    await Promise.all(underWay)
  })

  /** Runs what the answer does not wait for. A shutdown does. */
  function afterwards(request: FastifyRequest, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => {
        request.log.error({ err: error }, 'a link to choose a new password was not ordered')
      })
      .finally(() => underWay.delete(done))
    underWay.add(done)
  }

  async function orderReset(request: FastifyRequest, email: string): Promise<void> {
    const hostId = await hostIdOf(deps.commands, deps.tokens.emailDigests(email))
    if (hostId === null) return
    const context = onceContext(deps, request, 'system:passwords')
    const command = { kind: 'request_reset', requestId: newId() } as const
    await deps.commands.execute(hostDecider, hostStream(hostId), command, context)
  }

  app.post(
    '/api/auth/reset-request',
    {
      config: { access: 'public' },
      schema: {
        tags: ['auth'],
        description: 'Mails a link to choose a new password. The answer is the same for an unknown address.',
        body: resetRequestBody,
        response: { 202: z.null(), 400: problem, 429: problem },
      },
    },
    async (request, reply) => {
      const email = request.body.email.trim().toLowerCase()
      await limits.countMail(request, email)
      // An answer that waited would come later for an address that is known. It promises nothing: who gets no mail asks again.
      afterwards(request, orderReset(request, email))
      return reply.code(202).send(null)
    },
  )

  app.post(
    '/api/auth/reset',
    {
      config: { access: 'public' },
      schema: {
        tags: ['auth'],
        description: 'Sets the cookie gg_device, as signing in does; those from before help no longer.',
        body: resetBody,
        response: { 204: z.null(), 400: problem, 429: problem },
      },
    },
    async (request, reply) => {
      await limits.count(request)
      const claims = await deps.tokens.verifyReset(request.body.token)
      if (claims === null) throw resetInvalid()
      const host = await deps.commands.state(hostDecider, hostStream(claims.hostId))
      const current = host.kind === 'registered' ? host.passwordHash : null
      if (current === null || deps.tokens.credentialOf(current) !== claims.credential) throw resetInvalid()
      const passwordHash = await deps.passwords.hash(request.body.password)
      const context = onceContext(deps, request, `host:${claims.hostId}`)
      const command = { kind: 'change_password', passwordHash, reason: 'reset' } as const
      await deps.commands.execute(hostDecider, hostStream(claims.hostId), command, context)
      if (host.kind === 'registered' && host.email !== null) limits.forgive(request, host.email)
      // Who reads the owner's mail is no stranger: strangers may go on guessing, and the new password is typed next.
      await rememberDevice(deps, reply, claims.hostId)
      return reply.code(204).send(null)
    },
  )
}

function resetInvalid(): DomainError {
  return new DomainError(
    'invalid',
    'reset_invalid',
    'This link to choose a new password was used or is too old. Ask for a new one.',
  )
}
