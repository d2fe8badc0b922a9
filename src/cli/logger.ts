import { pino } from 'pino'

/** Commands speak for themselves; only what goes wrong is logged, on standard error. */
export const quietLogger = pino({ level: process.env['LOG_LEVEL'] ?? 'error' }, pino.destination(2))
