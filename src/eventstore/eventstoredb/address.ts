/** What an address may say after `?`, as the client reads it (it takes any case), and what each takes. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  tls: /^(?:true|false)$/,
  tlsVerifyCert: /^true$/,
  tlsCAFile: /./,
  userCertFile: /./,
  userKeyFile: /./,
  throwOnAppendFailure: /^(?:true|false)$/,
  nodePreference: /^(?:leader|follower|random|read_?only_?replica)$/i,
  connectionName: /./,
  defaultDeadline: /^[1-9]\d{0,8}$/,
  keepAliveInterval: /^(?:-1|\d{1,9})$/,
  keepAliveTimeout: /^(?:-1|\d{1,9})$/,
  discoveryInterval: /^\d{1,9}$/,
  gossipTimeout: /^\d{1,9}$/,
  maxDiscoverAttempts: /^\d{1,9}$/,
}

/** How long a call may take when the address does not say, in milliseconds; the client's own default. */
const DEADLINE_MS = 10_000

export interface Address {
  /** In the form that the client takes. */
  readonly url: string
  /** How long a call may take without an answer, in milliseconds. */
  readonly deadlineMs: number
}

/** What is wrong with an address: a part of a sentence that begins with "takes" and repeats nothing secret. */
class BadAddress extends Error {}

/**
 * Reads `esdb://user:password@host:2113?tls=true`, `esdb+discover://dns-name`, and either with several hosts separated by
 * commas; `kurrentdb` is another name for `esdb`. Everything is checked here, because the client repeats an address that it
 * does not understand, with the password in it, in its errors and on the console.
 * @throws Error whose message says what the variable takes
 */
export function readAddress(text: string): Address {
  const match = /^(?:esdb|kurrentdb)(\+discover)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)\/?(?:\?([^#]*))?$/.exec(text)
  if (match === null) {
    throw new BadAddress('takes an address such as esdb://user:password@host:2113?tls=true')
  }
  const [, discover = '', credentials, hosts = '', query = ''] = match
  const options = query === '' ? [] : query.split('&').map(readOption)
  const list = hosts.split(',').map(readHost)
  // With several hosts the client would ask the first one only, unless the scheme is the plain one.
  const scheme = list.length > 1 ? 'esdb' : `esdb${discover}`
  const user = credentials === undefined ? '' : `${readCredentials(credentials)}@`
  const said = options.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const deadline = options.find(([name]) => name === 'defaultDeadline')?.[1]
  return {
    url: `${scheme}://${user}${list.join(',')}${said === '' ? '' : `?${said}`}`,
    deadlineMs: deadline === undefined ? DEADLINE_MS : Number(deadline),
  }
}

/** @returns why an address cannot be used: "takes ..."; undefined when it can */
export function addressFault(text: string): string | undefined {
  try {
    readAddress(text)
    return undefined
  } catch (error) {
    if (error instanceof BadAddress) return error.message
    throw error
  }
}

function readHost(text: string): string {
  const [, name, port = '2113'] = /^([a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(text.trim()) ?? []
  if (name === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new BadAddress('takes host or host:port after the //, several of them separated by commas')
  }
  return `${name}:${port}`
}

function readCredentials(text: string): string {
  const [user, password, ...more] = text.split(':').map(decoded)
  if (!user || !password || more.length > 0) {
    throw new BadAddress('takes user:password before the @, with %3A for a colon and %40 for an @ in them')
  }
  return `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
}

function readOption(text: string): readonly [name: string, value: string] {
  const [key = '', ...rest] = text.split('=')
  const flat = (name: string) => name.toLowerCase().replaceAll(/[_-]/g, '')
  const name = Object.keys(OPTIONS).find((known) => flat(known) === flat(key.trim()))
  if (name === undefined) {
    throw new BadAddress(`takes no such option after the ?; it takes ${Object.keys(OPTIONS).join(', ')}`)
  }
  const value = decoded(rest.join('=').trim())
  if (value === undefined || OPTIONS[name]?.test(value) !== true) {
    const instead =
      name === 'tlsVerifyCert' ? ': name the authority that signed the certificate in tlsCAFile instead' : ''
    throw new BadAddress(`takes no such value for ${name}${instead}`)
  }
  return [name, value]
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
