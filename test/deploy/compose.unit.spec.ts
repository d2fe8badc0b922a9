import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig, VARIABLES } from '../../src/config.ts'

interface Service {
  readonly image: string
  readonly build?: string
  readonly user?: string
  readonly read_only?: boolean
  readonly tmpfs?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly command?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly stop_grace_period?: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[]; readonly retries: number }
}

const root = path.join(import.meta.dirname, '../..')
const text = (file: string) => readFile(path.join(root, file), 'utf8')
const composed = parse(await text('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const services = Object.entries(composed.services)
const ours = services.filter(([, { build }]) => build !== undefined)
const dockerfile = await text('Dockerfile')
const example = await text('.env.example')

/** Puts values in as `docker compose` does: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`. */
function filledIn(value: string, env: Readonly<Record<string, string>>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_all, name: string, how: string | undefined, rest: string | undefined) => {
      const given = env[name] ?? ''
      if (given !== '') return given
      if (how === '?') throw new Error(`${name} has to be set: ${rest ?? ''}`)
      return how === '-' ? (rest ?? '') : ''
    },
  )
}

const SECRETS = { MASTER_KEY: Buffer.alloc(32, 7).toString('base64'), POSTGRES_PASSWORD: 'c0ffee' }

function environmentOf({ environment = {} }: Service, env: Readonly<Record<string, string>> = SECRETS) {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, filledIn(String(value), env)]),
  )
}

describe('docker-compose.yml', () => {
  it('runs an event store, PostgreSQL, a mail server, an api and a worker', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual([
      'api',
      'eventstore',
      'mailpit',
      'postgres',
      'worker',
    ])
  })

  it('takes another event store by one variable, with the same options', () => {
    const { image = '', command = [] } = composed.services['eventstore'] ?? {}
    expect(filledIn(image, {})).toMatch(/\/kurrentdb:26\.0\.\d+$/)
    const other = /EVENTSTORE_IMAGE=(\S+)/.exec(example)?.[1] ?? ''
    expect(filledIn(image, { EVENTSTORE_IMAGE: other })).toMatch(/^eventstore\/eventstore:24\.10\.\d+$/)
    expect(command).toContain('--run-projections=System')
  })

  it.each(services)('names the version of the image of %s down to the patch', (_name, { image, build }) => {
    if (build !== undefined) expect(image).toBe('guestguard:local')
    else expect(filledIn(image, {})).toMatch(/^[\w./-]+:v?\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?$/)
  })

  it.each(services)('runs %s as somebody who is not root and can become nobody else', (_name, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(service.security_opt).toContain('no-new-privileges:true')
    expect(service.cap_drop).toEqual(['ALL'])
  })

  it.each(services.filter(([name]) => name !== 'eventstore'))(
    'gives %s a file system it cannot write to, and memory for what is temporary',
    (_name, { read_only: readOnly, tmpfs = [] }) => {
      expect(readOnly).toBe(true)
      expect(tmpfs.some((mount) => mount.startsWith('/tmp:'))).toBe(true)
    },
  )

  it.each(services)('can tell whether %s is well', (_name, { healthcheck }) => {
    expect(healthcheck?.test[0]).toBe('CMD')
    expect(healthcheck?.test.length).toBeGreaterThan(1)
    expect(healthcheck?.retries).toBeGreaterThan(1)
  })

  it.each(services)('shows %s to this machine only', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('keeps every volume that is used, and uses every one that is kept', () => {
    const used = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    )
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(composed.volumes).toSorted())
  })

  it.each(ours)(
    'gives %s only variables that the product knows, with values that it takes',
    (name, service) => {
      const environment = environmentOf(service)
      expect(Object.keys(environment).filter((variable) => !VARIABLES.includes(variable))).toEqual([])
      const config = readConfig({ HOST: '0.0.0.0', ...environment })
      expect(config).toMatchObject({ role: name, opsPort: 9464, dataDir: expect.any(String) as string })
      expect(config.databaseUrl).toBe('postgres://guestguard:c0ffee@postgres:5432/guestguard')
      expect(config.eventStoreUrl).toBe('esdb://eventstore:2113?tls=false')
      expect(config.smtpUrl).toBe('smtp://mailpit:1025')
      expect(config.masterKey).toBe(SECRETS.MASTER_KEY)
    },
  )

  it('gives api and worker the same environment but for the role, so the same key', () => {
    const [api, worker] = ours.map(([, service]) => environmentOf(service))
    expect({ ...api, ROLE: '' }).toEqual({ ...worker, ROLE: '' })
  })

  it.each(['MASTER_KEY', 'POSTGRES_PASSWORD'])('does not start without %s', (secret) => {
    const [, api] = ours[0] ?? []
    expect(() => environmentOf(api ?? { image: '' }, { ...SECRETS, [secret]: '' })).toThrow(secret)
    expect(example).toMatch(new RegExp(`^${secret}=$`, 'm'))
  })

  it('waits for what it stands on, and lets it end what is under way', () => {
    for (const [, { depends_on: needs = {}, stop_grace_period: grace = '' }] of ours) {
      expect(Object.keys(needs).toSorted()).toEqual(['eventstore', 'mailpit', 'postgres'])
      expect(Object.values(needs).every(({ condition }) => condition === 'service_healthy')).toBe(true)
      expect(Number.parseInt(grace, 10)).toBeGreaterThan(25)
    }
  })

  it('has an example of every variable that is filled in', () => {
    const asked = [...JSON.stringify(composed).matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
    const internal = ['EVENTSTORE_URL', 'LOG_LEVEL']
    for (const name of new Set(asked)) {
      if (!internal.includes(name)) expect(example, name).toMatch(new RegExp(`^(?:# )?${name}=`, 'm'))
    }
  })
})

describe('the Dockerfile', () => {
  it('is built on a pinned image with the Node of the project, and runs as user 1000', async () => {
    const { dependencies } = JSON.parse(await text('package.json')) as { dependencies: { node: string } }
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
    expect(images).toEqual(Array(2).fill(`node:${dependencies.node}-bookworm-slim`))
    expect(/^USER (\S+)$/m.exec(dockerfile)?.[1]).toBe('1000:1000')
  })

  it('copies only what .dockerignore lets through', async () => {
    const allowed = (await text('.dockerignore'))
      .split('\n')
      .flatMap((line) => line.match(/^!(.+)$/)?.[1] ?? [])
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    )
    for (const file of copied) {
      expect(
        allowed.some((one) => one === file || one.startsWith(`${file}/`)),
        file,
      ).toBe(true)
    }
    expect(await text('.dockerignore')).toMatch(/^\*$/m)
  })

  it('sets only variables that the product knows, and asks for its health without any tool', () => {
    const block = /^ENV ((?:.+\\\n)*.+)$/m.exec(dockerfile)?.[1] ?? ''
    const names = [...block.matchAll(/(\w+)=/g)].map(([, name = '']) => name)
    expect(names.filter((name) => name !== 'NODE_ENV' && !VARIABLES.includes(name))).toEqual([])
    expect(dockerfile).toMatch(/^HEALTHCHECK .*CMD \["node", "bin\/healthcheck\.mjs"\]$/m)
    expect(dockerfile).not.toMatch(/curl|wget/)
  })
})
