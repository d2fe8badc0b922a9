import { pino, type Logger } from 'pino'
import type { Config } from './config.ts'

/** Values that must not stand in a log, wherever an object with them is logged. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'passwordHash',
  'token',
  'ticket',
  'email',
  'phone',
  '*.authorization',
  '*.cookie',
  '*.password',
  '*.passwordHash',
  '*.token',
  '*.ticket',
  '*.email',
  '*.phone',
]

/** @returns a log to standard output, as lines at a terminal and as JSON everywhere else; secrets are left out of it */
export function loggerOf({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  const options = { level: logLevel, redact: { paths: SECRETS, censor: '[redacted]' } }
  // People at a terminal read lines, everything else reads JSON.
  return process.stdout.isTTY
    ? pino({
        ...options,
        transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
      })
    : pino(options)
}
