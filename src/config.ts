import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import { addressFault } from './eventstore/eventstoredb/address.ts'
import { DomainError } from './kernel/errors.ts'
import { GEOIP_PROVIDERS } from './geoip/create.ts'

/** Digits only: `Number` would also read ' 80', '0x50' and '8e1'. */
const wholeNumber = (least: number, most: number, error: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((number) => number >= least && number <= most, { error })

const proxies = z.string().transform((text, context) => {
  const list = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  for (const entry of list) {
    const [address = '', bits, ...rest] = entry.split('/')
    const family = isIP(address)
    const most = family === 4 ? 32 : 128
    const badBits = bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)
    if (family === 0 || badBits || rest.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `takes addresses or CIDRs separated by commas; "${entry}" is neither`,
      })
      return z.NEVER
    }
  }
  return list
})

/** What links are put together with, in the form in which browsers name an origin. */
const origin = z
  .url({ protocol: /^https?$/, error: 'takes a http:// or https:// address', abort: true })
  .refine((text) => new URL(text).href === `${new URL(text).origin}/`, {
    error: 'takes an address such as https://guests.example.org, with nothing after the host and the port',
  })
  .transform((text) => new URL(text).origin)

/** Every variable the product reads, with its default and unit. An empty value counts as unset. */
const environment = z.object({
  /** Port of the web server; 0 takes a free one. */
  PORT: wholeNumber(0, 65_535, 'takes a port number, 0 to 65535').default(8080),
  /** Address the web server listens on. */
  HOST: z.string().default('127.0.0.1'),
  /** Address under which guests reach the server; it stands in every link. Default: http://localhost:PORT. */
  PUBLIC_URL: origin.optional(),
  /** Folder of the embedded database, the master key and the outbox. */
  DATA_DIR: z.string().default('.data'),
  /** Unset: PostgreSQL is started under DATA_DIR. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, 'takes a postgres:// address')
    .optional(),
  /** Unset: the event store is kept in PostgreSQL. */
  EVENTSTORE_URL: z
    .string()
    .check(({ value, issues }) => {
      const message = addressFault(value)
      if (message !== undefined) issues.push({ code: 'custom', message, input: value })
    })
    .optional(),
  /** `api` serves, `worker` projects and sends, `all` does both. */
  ROLE: z.enum(['all', 'api', 'worker'], { error: 'takes all, api or worker' }).default('all'),
  /** Unset: generated once into DATA_DIR. One or several `id:base64`, the first is used for new data. */
  MASTER_KEY: z.string().optional(),
  /** Proxies whose X-Forwarded-For is believed. Unset: nobody's. */
  TRUST_PROXY: proxies.default([]),
  GEOIP_PROVIDER: z.enum(GEOIP_PROVIDERS, { error: `takes ${GEOIP_PROVIDERS.join(', ')}` }).default('auto'),
  GEOIP_DB_PATH: z.string().optional(),
  /** Unset: mail is written to the outbox folder. */
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/[^/]/, 'takes a smtp:// or smtps:// address of a server')
    .refine((url) => URL.canParse(url), { error: 'takes a smtp:// or smtps:// address of a server' })
    .optional(),
  MAIL_FROM: z.string().default('GuestGuard <guestguard@localhost>'),
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC/, 'takes an account SID, which begins with AC').optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM: z.string().optional(),
  /** How long an opening waits for its score before the guest goes on unscored, in milliseconds. */
  SCORING_BUDGET_MS: wholeNumber(1, 10_000, 'takes milliseconds, 1 to 10000').default(250),
  /** Port for monitors only, on HOST: health and metrics. Unset: none, so that a worker listens nowhere. */
  OPS_PORT: wholeNumber(0, 65_535, 'takes a port number, 0 to 65535').optional(),
  /** Whoever reads /metrics shows it as a bearer. Unset: who is on this machine may read. */
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]{16,255}$/, 'takes 16 to 255 letters, digits or . ~ + / = _ -')
    .optional(),
  /** Unset: no traces. Where spans are sent by OTLP over HTTP with JSON, below it to /v1/traces. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'takes a http:// or https:// address' })
    .optional(),
  /** Share of the traces that is recorded. */
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0|1|0?\.\d{1,9}|1\.0)$/, 'takes a number from 0 to 1')
    .transform(Number)
    .default(1),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'takes fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
})

/** The names of all variables. */
export const VARIABLES: readonly string[] = Object.keys(environment.shape)

export interface EnvironmentFault {
  readonly variable: string
  /** What it takes, such as "takes all, api or worker". */
  readonly message: string
}

/** @returns everything that is wrong with the environment, where `readConfig` names the first thing only */
export function environmentFaults(env: Readonly<Record<string, string | undefined>>): EnvironmentFault[] {
  const faults = (environment.safeParse(setIn(env)).error?.issues ?? []).map(({ path, message }) => ({
    variable: path.join('.'),
    message,
  }))
  const wrong = faults.map(({ variable }) => variable)
  try {
    readConfig(Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.includes(name))))
    return faults
  } catch (error) {
    // What is wrong with several together; said already when one of them is wrong by itself.
    const message = error instanceof Error ? error.message : String(error)
    return wrong.some((name) => message.includes(name)) ? faults : [...faults, { variable: '', message }]
  }
}

/** An empty value counts as unset. */
const setIn = (env: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

export interface Config {
  readonly port: number
  readonly host: string
  /** Without a slash at the end; null takes http://localhost:PORT once the port is known. */
  readonly publicUrl: string | null
  readonly dataDir: string
  readonly databaseUrl: string | null
  readonly eventStoreUrl: string | null
  readonly role: 'all' | 'api' | 'worker'
  readonly masterKey: string | null
  readonly trustProxy: readonly string[]
  readonly geo: { readonly provider: (typeof GEOIP_PROVIDERS)[number]; readonly databasePath: string | null }
  readonly smtpUrl: string | null
  readonly mailFrom: string
  readonly twilio: { readonly accountSid: string; readonly authToken: string; readonly from: string } | null
  /** Milliseconds. */
  readonly scoringBudgetMs: number
  readonly opsPort: number | null
  readonly metricsToken: string | null
  readonly tracing: { readonly endpoint: string; readonly ratio: number } | null
  readonly logLevel: string
}

/**
 * Reads the environment.
 * @throws DomainError `invalid/bad_environment` whose message is one line that names the variable and what it takes
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(setIn(env))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw badEnvironment(`${issue?.path.join('.') ?? 'environment'} ${issue?.message ?? 'is not valid'}`)
  }
  const e = parsed.data
  return {
    port: e.PORT,
    host: e.HOST,
    publicUrl: e.PUBLIC_URL ?? null,
    dataDir: resolve(e.DATA_DIR),
    databaseUrl: e.DATABASE_URL ?? null,
    eventStoreUrl: e.EVENTSTORE_URL ?? null,
    role: e.ROLE,
    masterKey: e.MASTER_KEY ?? null,
    trustProxy: e.TRUST_PROXY,
    geo: { provider: e.GEOIP_PROVIDER, databasePath: e.GEOIP_DB_PATH ?? null },
    smtpUrl: e.SMTP_URL ?? null,
    mailFrom: e.MAIL_FROM,
    twilio: twilioOf(e),
    scoringBudgetMs: e.SCORING_BUDGET_MS,
    opsPort: e.OPS_PORT ?? null,
    metricsToken: e.METRICS_TOKEN ?? null,
    tracing:
      e.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? null
        : { endpoint: e.OTEL_EXPORTER_OTLP_ENDPOINT, ratio: e.OTEL_TRACES_SAMPLER_ARG },
    logLevel: e.LOG_LEVEL,
  }
}

function twilioOf(e: z.infer<typeof environment>): Config['twilio'] {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = e
  if (accountSid === undefined && authToken === undefined && from === undefined) return null
  if (accountSid !== undefined && authToken !== undefined && from !== undefined)
    return { accountSid, authToken, from }
  throw badEnvironment('TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are set together or not at all')
}

function badEnvironment(message: string): DomainError {
  return new DomainError('invalid', 'bad_environment', message)
}
