import { environmentFaults, readConfig, VARIABLES, type Config } from '../../config.ts'
import { distanceBetween } from '../suggest.ts'
import { broken, ok, warning, type Finding } from './finding.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** @returns what is wrong with the variables, and the configuration without those that are */
export function examineEnvironment(env: Environment): { findings: readonly Finding[]; config: Config } {
  const faults = environmentFaults(env)
  const findings: Finding[] = faults.map(({ variable, message }) =>
    broken('environment', `${variable} ${message}`.trim(), mendOf(variable)),
  )
  for (const [name, meant] of misspelled(env))
    findings.push(
      warning('environment', `${name} is set, which nothing reads`, `If ${meant} is meant, call it that.`),
    )
  const wrong = faults.flatMap(({ variable, message }) => [variable, ...namesIn(message)])
  const config = configWithout(env, wrong)
  findings.push(...examineConfig(config))
  const set = VARIABLES.filter((name) => (env[name] ?? '') !== '')
  if (findings.length === 0)
    findings.push(ok('environment', set.length === 0 ? 'all defaults' : `${set.join(', ')} set, all valid`))
  return { findings, config }
}

/** Without one of those that are set together, the others go as well. */
function configWithout(env: Environment, wrong: readonly string[]): Config {
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.includes(name)))
  try {
    return readConfig(rest)
  } catch (error) {
    const also = error instanceof Error ? namesIn(error.message) : []
    if (also.length === 0) throw error
    return configWithout(rest, also)
  }
}

const mendOf = (variable: string) =>
  variable === ''
    ? 'Set all of them, or none.'
    : `Correct ${variable}, or unset it for its default. See README.md.`

/** Those that are set together stand in the sentence about one of them. */
const namesIn = (message: string) => VARIABLES.filter((name) => message.includes(name))

/** Variables that nobody reads and whose names are nearly those of one that somebody does. */
function misspelled(env: Environment): [name: string, meant: string][] {
  return Object.keys(env).flatMap((name): [string, string][] => {
    if (VARIABLES.includes(name) || !/^[A-Z_]{7,}$/.test(name)) return []
    const meant = VARIABLES.find((one) => one.length >= 7 && distanceBetween(one, name) <= 2)
    return meant === undefined || (env[meant] ?? '') !== '' ? [] : [[name, meant]]
  })
}

/** Valid, and perhaps not what was meant. */
function examineConfig({ publicUrl, host, smtpUrl }: Config): Finding[] {
  const findings: Finding[] = []
  const local = ['127.0.0.1', 'localhost', '::1'].includes(host)
  if (publicUrl === null && !local) {
    findings.push(
      warning(
        'environment',
        'PUBLIC_URL is not set, so the links in invitations lead to http://localhost',
        'Set PUBLIC_URL to the address under which guests reach the server.',
      ),
    )
  }
  if (publicUrl?.startsWith('http:') === true && !/^http:\/\/(localhost|127\.)/.test(publicUrl)) {
    findings.push(
      warning(
        'environment',
        `PUBLIC_URL is ${publicUrl}: sessions and links go over the net in clear`,
        'Use https://.',
      ),
    )
  }
  if (smtpUrl === null && publicUrl !== null) {
    findings.push(
      warning(
        'mail',
        'SMTP_URL is not set: mails are written to the outbox folder and reach nobody',
        'Set SMTP_URL to smtp://user:password@host:587 of your mail provider.',
      ),
    )
  }
  return findings
}
