import { status } from '@grpc/grpc-js'
import type { Options } from './read.ts'
import type { LogRecord } from './server-log.ts'
import { statusError } from './wire.ts'

export interface ServerFilter {
  readonly wants: (record: LogRecord) => boolean
  /** Records that are looked through at a time. */
  readonly window: number
  /** Records between two checkpoints. */
  readonly checkpointEvery: number
}

/** @returns what a subscription asks for by stream or type, by prefixes or a regular expression; undefined for all */
export function filterOf(options: Options): ServerFilter | undefined {
  const filter = options.getFilter()
  if (filter === undefined) return undefined
  const byStream = filter.getStreamIdentifier()
  const expression = byStream ?? filter.getEventType()
  const prefixes = expression?.getPrefixList() ?? []
  const regex = compile(expression?.getRegex() ?? '')
  const subject = (record: LogRecord): string => (byStream === undefined ? record.type : record.stream)
  const window = Math.max(1, filter.getMax())
  return {
    wants: (record) => {
      if (prefixes.length > 0) return prefixes.some((prefix) => subject(record).startsWith(prefix))
      return regex.test(subject(record))
    },
    window,
    checkpointEvery: window * filter.getCheckpointintervalmultiplier(),
  }
}

function compile(regex: string): RegExp {
  try {
    return new RegExp(regex, 'u')
  } catch {
    throw statusError(status.INVALID_ARGUMENT, `'${regex}' is not a regular expression`)
  }
}
