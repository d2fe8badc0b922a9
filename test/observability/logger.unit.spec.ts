import { describe, expect, it } from 'vitest'
import { CORRELATED, withCorrelation, withoutCorrelation } from '../../src/kernel/correlation.ts'
import { loggerOf } from '../../src/logger.ts'

function logging() {
  const lines: string[] = []
  const logger = loggerOf({ logLevel: 'info' }, { write: (line) => lines.push(line) })
  return { logger, last: () => lines.at(-1) ?? '' }
}

const idIn = (line: string) => (JSON.parse(line) as { correlationId?: string }).correlationId

describe('a line of the log', () => {
  it('names the request that it was written for, also after waiting', async () => {
    const { logger, last } = logging()
    await withCorrelation('request-1', async () => {
      await Promise.resolve()
      logger.info('in the middle')
    })
    expect(idIn(last())).toBe('request-1')
    logger.info('afterwards')
    expect(idIn(last())).toBeUndefined()
  })

  it('names it once where the logger does so by itself, as do those made from it', () => {
    const { logger, last } = logging()
    const own = Object.assign(logger.child({ correlationId: 'request-1' }), { [CORRELATED]: true })
    withCorrelation('request-1', () => {
      own.child({ part: 'x' }).info('once')
    })
    expect(last().split('correlationId').length).toBe(2)
    expect(idIn(last())).toBe('request-1')
  })

  it('names none for what belongs to no request', () => {
    const { logger, last } = logging()
    withCorrelation('request-1', () => {
      withoutCorrelation(() => {
        logger.info('a connection was lost')
      })
    })
    expect(idIn(last())).toBeUndefined()
  })

  it('keeps secrets out', () => {
    const { logger, last } = logging()
    logger.info({ email: 'grace@example.org', request: { token: 'abc' } }, 'a line')
    expect(last()).not.toMatch(/grace|abc/)
  })
})
