import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { DomainError } from '../../src/kernel/errors.ts'

const KEY = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f1', 'hex').toString(
  'base64',
)

describe('the environment', () => {
  it('needs nothing: every variable has a default', () => {
    expect(readConfig({})).toEqual({
      port: 8080,
      host: '127.0.0.1',
      publicUrl: null,
      dataDir: `${process.cwd()}/.data`,
      databaseUrl: null,
      eventStoreUrl: null,
      role: 'all',
      masterKey: null,
      trustProxy: [],
      geo: { provider: 'auto', databasePath: null },
      smtpUrl: null,
      mailFrom: 'GuestGuard <guestguard@localhost>',
      twilio: null,
      scoringBudgetMs: 250,
      opsPort: null,
      metricsToken: null,
      tracing: null,
      logLevel: 'info',
    })
  })

  it('takes every variable', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://Guests.Example.org:443/',
      DATA_DIR: '/var/lib/guestguard',
      DATABASE_URL: 'postgresql://u:p@db/guests',
      EVENTSTORE_URL: 'esdb+discover://a,b?tls=true',
      ROLE: 'worker',
      MASTER_KEY: `k1:${KEY}`,
      TRUST_PROXY: '10.0.0.0/8, ::1',
      GEOIP_PROVIDER: 'maxmind',
      GEOIP_DB_PATH: '/srv/city.mmdb',
      SMTP_URL: 'smtps://u:p@mail.example.org:465',
      MAIL_FROM: 'Party <party@example.org>',
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_AUTH_TOKEN: 't',
      TWILIO_FROM: '+15550100',
      SCORING_BUDGET_MS: '10000',
      OPS_PORT: '9464',
      METRICS_TOKEN: '0123456789abcdef',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      LOG_LEVEL: 'silent',
    })
    expect(config).toEqual({
      port: 0,
      host: '0.0.0.0',
      // As browsers name it in Origin, which is compared with it.
      publicUrl: 'https://guests.example.org',
      dataDir: '/var/lib/guestguard',
      databaseUrl: 'postgresql://u:p@db/guests',
      eventStoreUrl: 'esdb+discover://a,b?tls=true',
      role: 'worker',
      masterKey: `k1:${KEY}`,
      trustProxy: ['10.0.0.0/8', '::1'],
      geo: { provider: 'maxmind', databasePath: '/srv/city.mmdb' },
      smtpUrl: 'smtps://u:p@mail.example.org:465',
      mailFrom: 'Party <party@example.org>',
      twilio: { accountSid: 'AC1', authToken: 't', from: '+15550100' },
      scoringBudgetMs: 10_000,
      opsPort: 9464,
      metricsToken: '0123456789abcdef',
      tracing: { endpoint: 'http://collector:4318', ratio: 0.25 },
      logLevel: 'silent',
    })
  })

  it('counts an empty variable as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', TWILIO_FROM: '' })).toEqual(readConfig({}))
  })

  it.each([
    ['PORT', ['x', '-1', '65536', '80.5', '0x50', ' 80', '8e1', '99999999999']],
    [
      'PUBLIC_URL',
      ['guests', 'ftp://x', 'http://', 'http://x/a', 'http://x/?q=1', 'http://x/#a', 'http://u:p@x'],
    ],
    ['DATABASE_URL', ['mysql://x', 'x', '/var/run/postgres']],
    ['EVENTSTORE_URL', ['http://x:2113', 'x']],
    ['ROLE', ['boss', 'ALL', 'api,worker']],
    ['TRUST_PROXY', ['true', '10.0.0.0/33', '10.0.0.1/x', '::1/129', '1.2.3', 'proxy.example.org']],
    ['GEOIP_PROVIDER', ['magic', 'MaxMind']],
    ['SMTP_URL', ['http://x', 'smtp://', 'mail.example.org', 'smtp://[']],
    ['TWILIO_ACCOUNT_SID', ['x', 'SK123']],
    ['SCORING_BUDGET_MS', ['0', '-1', '1.5', '10001', 'fast', '1s']],
    ['OPS_PORT', ['x', '-1', '65536']],
    ['METRICS_TOKEN', ['short', 'with spaces in between', 'a'.repeat(256)]],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', ['collector:4318', 'grpc://collector:4317', 'x']],
    ['OTEL_TRACES_SAMPLER_ARG', ['1.5', '-0.1', 'half', '1e-3']],
    ['LOG_LEVEL', ['loud', 'INFO', '30']],
  ])('refuses a wrong %s in one line that names it and does not repeat the rest', (name, values) => {
    for (const value of values) {
      const read = () => readConfig({ [name]: value, TWILIO_AUTH_TOKEN: '', MASTER_KEY: KEY })
      expect(read, value).toThrow(DomainError)
      expect(read, value).toThrow(new RegExp(`^${name} takes [^\\n]+$`))
    }
  })

  it.each(['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'])('does not take %s alone', (name) => {
    const read = () => readConfig({ [name]: 'AC1' })
    expect(read).toThrow(
      'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are set together or not at all',
    )
  })
})
