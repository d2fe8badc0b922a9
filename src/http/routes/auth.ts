import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { hostDecider, type HostState } from '../../commands/host/decider.ts'
import { hostIdOf, registerHost } from '../../commands/registration.ts'
import { loginBody, me, registerBody, session } from '../../contracts/auth.ts'
import { problem } from '../../contracts/common.ts'
import { hostStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { commandIdOf, newId } from '../../kernel/ids.ts'
import { DAY } from '../../kernel/time.ts'
import { hostIn, SESSION_COOKIE, sessionOf } from '../access.ts'
import type { AppDeps } from '../deps.ts'
import { knownDevice, rememberDevice } from '../known-device.ts'
import { credentialLimits } from '../limits.ts'
import { onceContext, withPosition } from '../requests.ts'
import { passwordRoutes } from './passwords.ts'

/** As long as the session token in it. */
const COOKIE_SECONDS = (7 * DAY) / 1_000

const normalEmail = (email: string) => email.trim().toLowerCase()

export const authRoutes: FastifyPluginAsyncZod<AppDeps> = async (app, deps) => {
  const limits = credentialLimits(app)
  await app.register(passwordRoutes, { ...deps, limits })

  app.post(
    '/api/auth/register',
    {
      config: { access: 'public', feature: 'registration' },
      schema: {
        tags: ['auth'],
        body: registerBody,
        response: { 201: session, 400: problem, 409: problem, 429: problem, 503: problem },
      },
    },
    async (request, reply) => {
      await limits.count(request)
      const email = normalEmail(request.body.email)
      const emailDigests = deps.tokens.emailDigests(email)
      const context = onceContext(deps, request, 'system:registration')
      const name = request.body.name ?? null
      const passwordHash = await deps.passwords.hash(request.body.password)
      const registered = await registerHost(
        deps.commands,
        { hostId: newId(), email, emailDigests, name, passwordHash },
        context,
      )
      withPosition(reply, registered.position)
      return reply.code(201).send(await signIn(reply, registered.hostId))
    },
  )

  app.post(
    '/api/auth/login',
    {
      config: { access: 'public' },
      schema: {
        tags: ['auth'],
        description:
          'Sets the cookie gg_session, and gg_device, which is no session: wrong passwords of a device on which the account ' +
          'was signed in within a year are counted apart from those of its network. Signing out leaves it.',
        body: loginBody,
        response: { 200: session, 400: problem, 401: problem, 429: problem },
      },
    },
    async (request, reply) => {
      const { password } = request.body
      const email = normalEmail(request.body.email)
      const device = await knownDevice(deps, request, email)
      const account = await limits.guess(request, email, device, () => accountWith(email, password))
      if (account === null) {
        throw new DomainError(
          'unauthenticated',
          'wrong_credentials',
          'The e-mail address or the password is wrong.',
        )
      }
      const { hostId, hash } = account
      if (deps.passwords.needsRehash(hash)) await rehash(hostId, hash, password, request.id)
      return signIn(reply, hostId, device?.deviceId)
    },
  )

  app.post(
    '/api/auth/logout',
    { config: { access: 'public' }, schema: { tags: ['auth'], response: { 204: z.null(), 403: problem } } },
    async (request, reply) => {
      const session = await sessionOf(deps, request)
      if (session !== null) {
        const { hostId, sessionId, expiresAt } = session
        const command = { kind: 'end_session', sessionId, expiresAt } as const
        const context = onceContext(deps, request, `host:${hostId}`)
        await deps.commands.execute(hostDecider, hostStream(hostId), command, context)
      }
      void reply.clearCookie(SESSION_COOKIE, { path: '/' })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/auth/me',
    { config: { access: 'host' }, schema: { tags: ['auth'], response: { 200: me, 401: problem } } },
    async (request) => ({ host: hostView(hostIn(request), await stateOf(hostIn(request))) }),
  )

  const stateOf = (hostId: string) => deps.commands.state(hostDecider, hostStream(hostId))

  /** @returns null for an unknown address and for a wrong password, both after the same time */
  async function accountWith(email: string, password: string) {
    const hostId = await hostIdOf(deps.commands, deps.tokens.emailDigests(email))
    const host = hostId === null ? null : await stateOf(hostId)
    const hash = host?.kind === 'registered' ? host.passwordHash : null
    const isRight = await deps.passwords.verify(password, hash)
    return isRight && hostId !== null && hash !== null ? { hostId, hash } : null
  }

  /** Follows the parameters of the hash as they are raised over the years. */
  async function rehash(hostId: string, hash: string, password: string, correlationId: string) {
    const context = {
      commandId: commandIdOf('rehash', hostId, hash),
      actor: 'system:passwords' as const,
      at: deps.clock.now(),
      correlationId,
    }
    const passwordHash = await deps.passwords.hash(password)
    const command = { kind: 'change_password', passwordHash, reason: 'rehash' } as const
    await deps.commands.execute(hostDecider, hostStream(hostId), command, context)
  }

  /** @param deviceId of a device that is known already */
  async function signIn(reply: FastifyReply, hostId: string, deviceId?: string) {
    const token = await deps.tokens.issueSession(hostId)
    const secure = deps.publicUrl().startsWith('https:')
    void reply.setCookie(SESSION_COOKIE, token, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure,
      maxAge: COOKIE_SECONDS,
    })
    await rememberDevice(deps, reply, hostId, deviceId)
    return { host: hostView(hostId, await stateOf(hostId)), token }
  }
}

function hostView(id: string, host: HostState) {
  if (host.kind === 'missing')
    throw new DomainError('unauthenticated', 'unauthenticated', 'Sign in to do this.')
  return { id, email: host.email ?? '', name: host.name, plan: host.plan }
}
