import type { Config } from '../../config.ts'
import { serverVersionOf } from '../../eventstore/eventstoredb/version.ts'
import { createGeoResolver } from '../../geoip/create.ts'
import { DAY, SECOND } from '../../kernel/time.ts'
import { createSmtpTransport } from '../../notify/smtp.ts'
import { broken, ok, reasonOf, warning, type Finding } from './finding.ts'

/** The oldest that tells the position of each fact; see `eventstoredb/record.ts`. */
const OLDEST = [22, 6] as const

export async function examineEventStore({ eventStoreUrl }: Config): Promise<readonly Finding[]> {
  if (eventStoreUrl === null) return [ok('event store', 'in the database')]
  const version = await serverVersionOf(eventStoreUrl)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    return [
      broken(
        'event store',
        `version ${version}; 22.6 or later is needed`,
        'Update EventStoreDB, to 24.10 or KurrentDB 26.',
      ),
    ]
  return [ok('event store', `version ${version}, reachable`)]
}

export async function examineMail({ smtpUrl }: Config): Promise<readonly Finding[]> {
  if (smtpUrl === null) return [ok('mail', 'to the outbox folder')]
  const transport = createSmtpTransport(smtpUrl, {
    connectionTimeout: 5 * SECOND,
    greetingTimeout: 5 * SECOND,
  })
  try {
    await transport.verify()
    return [ok('mail', `${new URL(smtpUrl).host} takes us as a sender`)]
  } catch (error) {
    const mend =
      'Check the host, port, user name and password in SMTP_URL, and that this machine may reach it.'
    return [broken('mail', `${new URL(smtpUrl).host}: ${reasonOf(error)}`, mend)]
  } finally {
    transport.close()
  }
}

/** Providers give out addresses anew all the time; the files come every month. */
const OLD = 180 * DAY

export async function examineGeo({ geo }: Config, now: number): Promise<readonly Finding[]> {
  const resolver = await createGeoResolver(geo, () => undefined)
  try {
    const { provider, asOf } = resolver.describe()
    if (asOf === undefined) return [ok('places', provider)]
    const age = now - Date.parse(asOf)
    const detail = `${provider}, as of ${asOf}, ${String(Math.floor(age / DAY))} days old`
    if (age < OLD) return [ok('places', detail)]
    const mend =
      provider === 'dbip'
        ? 'Update the product, or set GEOIP_DB_PATH to a newer City file.'
        : 'Replace the file at GEOIP_DB_PATH by a newer one and restart.'
    return [warning('places', detail, mend)]
  } finally {
    resolver.close()
  }
}
