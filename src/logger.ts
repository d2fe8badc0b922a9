import { pino, type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'
import { CORRELATED, correlationId } from './kernel/correlation.ts'

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

/** Which request a line belongs to, unless the logger of that request says so already. */
function mixin(_line: object, _level: number, logger: Logger): object {
  const id = CORRELATED in logger ? null : correlationId()
  return id === null ? {} : { correlationId: id }
}

/**
 * @param to default standard output: as lines at a terminal and as JSON everywhere else
 * @returns a log that leaves out secrets and names the request that a line belongs to
 */
export function loggerOf({ logLevel }: Pick<Config, 'logLevel'>, to?: DestinationStream): Logger {
  const options = { level: logLevel, redact: { paths: SECRETS, censor: '[redacted]' }, mixin }
  if (to !== undefined) return pino(options, to)
  // People at a terminal read lines, everything else reads JSON.
  return process.stdout.isTTY
    ? pino({
        ...options,
        transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
      })
    : pino(options)
}
