import type { FastifyReply, FastifyRequest } from 'fastify'
import { hostDecider } from '../commands/host/decider.ts'
import { hostStream } from '../events/streams.ts'
import { newId } from '../kernel/ids.ts'
import { SECOND } from '../kernel/time.ts'
import type { DeviceClaims } from '../tokens/tokens.ts'
import { isFromBeforePassword } from './access.ts'
import type { AppDeps } from './deps.ts'

const DEVICE_COOKIE = 'gg_device'

/**
 * Whether the device is one on which the account of this address was signed in, since its password was last chosen.
 * Nothing here depends on whether the address is registered: what is looked up is the host whom the cookie names.
 * @param email as accounts have it
 * @returns null for a stranger, also where the cookie is forged, too old, or of another account
 */
export async function knownDevice(
  { tokens, commands }: AppDeps,
  request: FastifyRequest,
  email: string,
): Promise<DeviceClaims | null> {
  const cookie = request.cookies[DEVICE_COOKIE]
  const device = cookie === undefined ? null : await tokens.verifyDevice(cookie)
  if (device === null) return null
  const host = await commands.state(hostDecider, hostStream(device.hostId))
  if (host.kind === 'missing' || host.email !== email) return null
  return isFromBeforePassword(device, host) ? null : device
}

/**
 * Makes the device a known one, for a year from now.
 * @param deviceId of the cookie it holds for this host already, or signing in would give it new tries
 */
export async function rememberDevice(
  { tokens, publicUrl }: AppDeps,
  reply: FastifyReply,
  hostId: string,
  deviceId: string = newId(),
): Promise<void> {
  const { token, validFor } = await tokens.issueDevice({ hostId, deviceId })
  void reply.setCookie(DEVICE_COOKIE, token, {
    httpOnly: true,
    // A page of another site must not spend the tries of the device. The session is looser: it has to survive a link in a mail.
    sameSite: 'strict',
    path: '/api/auth',
    secure: publicUrl().startsWith('https:'),
    maxAge: validFor / SECOND,
  })
}
